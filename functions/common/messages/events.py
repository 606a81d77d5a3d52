"""The events of Stockcast: one class per type.

`TYPE` is the versioned name. A class ignores fields it does not know, so a newer sender may add
some.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from msgspec import Meta
from msgspec.structs import force_setattr

from functions.common.errors import InvalidFieldError
from functions.common.messages import analyses, charts, fields
from functions.common.messages.fields import BatchId, Json, RequestId, Symbol
from functions.common.messages.message import Message, fits, read, shown

if TYPE_CHECKING:
    from typing_extensions import Self

PREFIX = "dev.stockcast."
FORECAST: Final = "forecast"
"""The kind of a request that is no analysis."""

Text = Annotated[str, fields.text(512)]
WrittenDay = Annotated[
    str, fields.matching("[0-9]{4}-[01][0-9]-[0-3][0-9]", "a date like 2013-03-01")
]
Moment = Annotated[str, fields.is_a("a time like 2013-03-01T12:00:00Z")]
Kind = Literal["forecast", analyses.Kind]


class Event(Message, frozen=True):
    """What every event has beside its data.

    `request_id` and `symbol` are empty where it is about no request, or about many symbols.
    """

    TYPE: ClassVar[str]

    @property
    def request_id(self) -> str:
        return ""

    @property
    def symbol(self) -> str:
        return ""

    @property
    def extensions(self) -> dict[str, str]:
        """Attributes that a Trigger may filter on."""
        return {}


class AboutSymbol(Event, frozen=True):
    """An event about one symbol, which it names in upper case."""

    symbol: Symbol

    def __post_init__(self) -> None:
        force_setattr(self, "symbol", fields.upper(self.symbol))


class AboutRequest(Event, frozen=True):
    """An event about one request for one symbol."""

    request_id: RequestId
    symbol: Symbol

    def __post_init__(self) -> None:
        force_setattr(self, "symbol", fields.upper(self.symbol))


class ForecastRequested(AboutRequest, frozen=True):
    """Someone asks where the price of `symbol` may be in `days` calendar days.

    Of another `kind` (analyses.KINDS) it asks for that analysis. Its parameters are then the
    `options`, and `days` and `model` mean nothing.
    """

    TYPE: ClassVar[str] = PREFIX + "forecast.requested.v1"

    days: fields.Days = 0
    model: fields.Model = "calibrated"
    options: fields.Options = {}  # noqa: RUF012 - msgspec gives each its own
    kind: Kind = FORECAST

    @classmethod
    def from_data(cls, data: Json) -> Self:
        event: Self = _read_asked(cls, data)
        return event

    @classmethod
    def complaints(cls, good: dict[str, Any]) -> Iterable[InvalidFieldError]:
        """Options that are too long; of an analysis, those that are not its parameters."""
        return wrong_options(good)

    @property
    def is_analysis(self) -> bool:
        return self.kind != FORECAST

    def to_data(self) -> dict[str, Any]:
        return _of_kind(super().to_data())


class PricesIngested(AboutRequest, frozen=True, kw_only=True):
    """The prices a forecast needs lie in S3 under `bucket` and `key`, as version `etag`.

    `fresh_until` is when newer prices should exist (ISO 8601; empty: not known), and `stale` says
    that the provider gave none or fewer and these are the last prices known.
    """

    TYPE: ClassVar[str] = PREFIX + "prices.ingested.v1"

    days: fields.Days = 0
    model: fields.Model = "calibrated"
    options: fields.Options = {}  # noqa: RUF012 - msgspec gives each its own
    bucket: Annotated[str, fields.text(63)]
    key: Text
    etag: Annotated[str, fields.text(128)]
    provider: Annotated[str, fields.text(32)]
    rows: Annotated[int, fields.whole_number(0, 1_000_000)]
    first_date: WrittenDay
    last_date: WrittenDay
    fresh_until: Moment = ""
    stale: bool = False
    kind: Kind = FORECAST

    @classmethod
    def from_data(cls, data: Json) -> Self:
        event: Self = _read_asked(cls, {**data, "fresh_until": data.get("fresh_until") or ""})
        return event

    @classmethod
    def complaints(cls, good: dict[str, Any]) -> Iterable[InvalidFieldError]:
        """As of what was requested, and a time that is not one."""
        yield from wrong_options(good)
        moment = good.get("fresh_until")
        if moment and not fits(moment, Annotated[datetime, Meta(tz=True)]):
            message = f"must be a time like 2013-03-01T12:00:00Z, not {shown(moment)}."
            yield InvalidFieldError("fresh_until", message)

    @property
    def requested(self) -> ForecastRequested:
        """The request these prices were fetched for."""
        return ForecastRequested(
            self.request_id, self.symbol, self.days, self.model, self.options, self.kind
        )

    def to_data(self) -> dict[str, Any]:
        return _of_kind(super().to_data())


class ForecastCompleted(AboutRequest, frozen=True):
    """A forecast lies in Redis under `result_key`; its backtest may follow."""

    TYPE: ClassVar[str] = PREFIX + "forecast.completed.v1"

    result_key: Text
    lacks_backtest: bool = False
    status: Literal["done"] = "done"

    @property
    def extensions(self) -> dict[str, str]:
        """Forecast takes back those that lack a backtest."""
        return {"backtest": "pending"} if self.lacks_backtest else {}

    def to_data(self) -> dict[str, Any]:
        return _without(super().to_data(), "lacks_backtest")


class ForecastFailed(AboutRequest, frozen=True):
    """A request has ended without a forecast; `error` is its problem object (RFC 9457)."""

    TYPE: ClassVar[str] = PREFIX + "forecast.failed.v1"

    error: dict[str, Any]
    status: Literal["failed"] = "failed"


class ChartRequested(AboutRequest, frozen=True, omit_defaults=True):
    """Someone wants the picture of a result; drawn on demand, since few are looked at so."""

    TYPE: ClassVar[str] = PREFIX + "chart.requested.v1"

    result_key: Text
    theme: charts.Theme = "light"
    scale: charts.Scale = 1
    format: charts.Format = "png"

    @property
    def variant(self) -> charts.Variant:
        return charts.Variant(self.theme, self.scale, self.format)


class BatchRequested(Event, frozen=True):
    """Members of a batch are still to be handed to the broker; web takes it, and sends it anew."""

    TYPE: ClassVar[str] = PREFIX + "batch.requested.v1"

    batch_id: BatchId


class PricesRefresh(Event, frozen=True):
    """The market has closed: fetch what is new of `symbols`; of the watch-list if there are none.

    A cron sends it with empty data; ingest sends it to itself with the symbols that are left.
    """

    TYPE: ClassVar[str] = PREFIX + "prices.refresh.v1"

    symbols: Annotated[tuple[Symbol, ...], fields.is_a("a list of symbols")] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "symbols", tuple(fields.upper(one) for one in self.symbols))


class WarmupRequested(AboutSymbol, frozen=True):
    """Someone is about to ask about `symbol`: wake up, and have its prices ready."""

    TYPE: ClassVar[str] = PREFIX + "warmup.requested.v1"

    model: fields.Model = "calibrated"


class PricesUploaded(AboutSymbol, frozen=True):
    """A file of prices lies in S3 under `symbol`; whoever has sent it waits under `upload_id`."""

    TYPE: ClassVar[str] = PREFIX + "prices.uploaded.v1"

    upload_id: RequestId


class PricesWarmed(AboutSymbol, frozen=True):
    """The prices of `symbol` are ready and somebody may ask for its forecast soon."""

    TYPE: ClassVar[str] = PREFIX + "prices.warmed.v1"

    model: fields.Model = "calibrated"


TYPES = frozenset(
    event.TYPE
    for event in (
        *(ForecastRequested, PricesIngested, ForecastCompleted, ForecastFailed, ChartRequested),
        *(BatchRequested, PricesRefresh, PricesUploaded, WarmupRequested, PricesWarmed),
    )
)
"""The types of all events of Stockcast."""


def _read_asked(cls: Any, data: Json) -> Any:
    """An event about a request: of a forecast with its days, of an analysis with its parameters."""
    kind = data.get("kind", FORECAST)
    if kind == FORECAST:
        return read(cls, data, required=("days",))
    event = read(cls, _without(data, "days", "model"))
    force_setattr(event, "options", analyses.checked(kind, event.options))
    return event


def wrong_options(good: dict[str, Any]) -> Iterable[InvalidFieldError]:
    kind, options = good.get("kind", FORECAST), good.get("options", {})
    if kind != FORECAST:
        return analyses.parameters(kind, options)[1]
    if not options or _is_carried(options):
        return ()
    message = (
        f"must be an object of at most {fields.MAX_OPTIONS_CHARACTERS} characters, with whole"
        " numbers up to 2^53"
    )
    return [InvalidFieldError("options", f"{message}, not {shown(options)}.")]


def _is_carried(options: dict[str, Any]) -> bool:
    """Whether options are short enough, and can be signed."""
    import rfc8785

    with suppress(rfc8785.CanonicalizationError):
        return len(rfc8785.dumps(options)) <= fields.MAX_OPTIONS_CHARACTERS
    return False


def _of_kind(data: dict[str, Any]) -> dict[str, Any]:
    """Without what means nothing for the kind that is asked for."""
    return _without(data, *(("kind",) if data["kind"] == FORECAST else ("days", "model")))


def _without(data: Json, *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}
