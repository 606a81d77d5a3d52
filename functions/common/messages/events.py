"""The events of Stockcast: one class per type.

`TYPE` is the versioned name. A class ignores unknown fields, so newer senders can add some.
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
"""The kind of a request that is not for an analysis."""

Text = Annotated[str, fields.text(512)]
WrittenDay = Annotated[
    str, fields.matching("[0-9]{4}-[01][0-9]-[0-3][0-9]", "a date like 2013-03-01")
]
Moment = Annotated[str, fields.is_a("a time like 2013-03-01T12:00:00Z")]
Kind = Literal["forecast", analyses.Kind]


class Event(Message, frozen=True):
    """The base of all events.

    `request_id` is empty if the event belongs to no request. `symbol` is empty if it is about
    several symbols.
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
        """Extension attributes that a Trigger can filter on."""
        return {}


class AboutSymbol(Event, frozen=True):
    """An event about one symbol, which is stored in uppercase."""

    symbol: Symbol

    def __post_init__(self) -> None:
        force_setattr(self, "symbol", fields.upper(self.symbol))


class AboutRequest(Event, frozen=True):
    """An event about one request for one symbol."""

    request_id: RequestId
    symbol: Symbol

    def __post_init__(self) -> None:
        force_setattr(self, "symbol", fields.upper(self.symbol))


class AboutForecast(AboutRequest, frozen=True):
    """An event about a forecast `days` calendar days ahead, or about an analysis.

    With a `kind` of analyses.KINDS, it is about that analysis. Then `options` has its parameters,
    and `days` and `model` are not used.
    """

    days: fields.Days = 0
    model: fields.Model = "calibrated"
    options: fields.Options = {}  # noqa: RUF012 - msgspec gives each its own
    kind: Kind = FORECAST

    @classmethod
    def from_data(cls, data: Json) -> Self:
        """The event in a JSON object. A forecast needs `days`, an analysis valid parameters."""
        kind = data.get("kind", FORECAST)
        if kind == FORECAST:
            forecast: Self = read(cls, data, required=("days",))
            return forecast
        event: Self = read(cls, _without(data, "days", "model"))
        force_setattr(event, "options", analyses.validated(kind, event.options))
        return event

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        return wrong_options(valid)

    def to_data(self) -> dict[str, Any]:
        """The event as a JSON object, without the fields that its kind does not use."""
        unused = ("kind",) if self.kind == FORECAST else ("days", "model")
        return _without(super().to_data(), *unused)


class ForecastRequested(AboutForecast, frozen=True):
    """Someone requests a forecast of `symbol`, or an analysis."""

    TYPE: ClassVar[str] = PREFIX + "forecast.requested.v1"

    @property
    def is_analysis(self) -> bool:
        return self.kind != FORECAST


class PricesIngested(AboutForecast, frozen=True, kw_only=True):
    """The prices for a forecast are stored in S3 under `bucket` and `key`, as version `etag`.

    `fresh_until` is the time from which newer prices should exist (ISO 8601, empty if unknown). If
    `stale` is true, the provider returned no prices or fewer than before, and these are the latest
    known ones.
    """

    TYPE: ClassVar[str] = PREFIX + "prices.ingested.v1"

    bucket: Annotated[str, fields.text(63)]
    key: Text
    etag: Annotated[str, fields.text(128)]
    provider: Annotated[str, fields.matching("[a-z]{1,32}", "a data source, for example tiingo")]
    rows: Annotated[int, fields.whole_number(0, 1_000_000)]
    first_date: WrittenDay
    last_date: WrittenDay
    fresh_until: Moment = ""
    stale: bool = False

    @classmethod
    def from_data(cls, data: Json) -> Self:
        return super().from_data({**data, "fresh_until": data.get("fresh_until") or ""})

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        yield from super().combination_errors(valid)
        moment = valid.get("fresh_until")
        if moment and not fits(moment, Annotated[datetime, Meta(tz=True)]):
            message = f"must be a time like 2013-03-01T12:00:00Z, not {shown(moment)}."
            yield InvalidFieldError("fresh_until", message)

    @property
    def requested(self) -> ForecastRequested:
        """The request these prices were fetched for."""
        return ForecastRequested(
            self.request_id, self.symbol, self.days, self.model, self.options, self.kind
        )


class ForecastCompleted(AboutRequest, frozen=True):
    """A forecast is stored in Redis under `result_key`. Its backtest may follow later."""

    TYPE: ClassVar[str] = PREFIX + "forecast.completed.v1"

    result_key: Text
    lacks_backtest: bool = False
    status: Literal["done"] = "done"

    @property
    def extensions(self) -> dict[str, str]:
        """Mark an event without a backtest. A Trigger sends it back to the forecast function."""
        return {"backtest": "pending"} if self.lacks_backtest else {}

    def to_data(self) -> dict[str, Any]:
        return _without(super().to_data(), "lacks_backtest")


class ForecastFailed(AboutRequest, frozen=True):
    """A request has failed. `error` is a problem object (RFC 9457)."""

    TYPE: ClassVar[str] = PREFIX + "forecast.failed.v1"

    error: dict[str, Any]
    status: Literal["failed"] = "failed"


class ChartRequested(AboutRequest, frozen=True, omit_defaults=True):
    """Someone requests a result as an image. Few do, so charts are drawn on demand."""

    TYPE: ClassVar[str] = PREFIX + "chart.requested.v1"

    result_key: Text
    theme: charts.Theme = "light"
    scale: charts.Scale = 1
    format: charts.Format = "png"

    @property
    def variant(self) -> charts.Variant:
        return charts.Variant(self.theme, self.scale, self.format)


class BatchRequested(Event, frozen=True):
    """A batch has members that are not posted yet. Web posts some, then sends this event again."""

    TYPE: ClassVar[str] = PREFIX + "batch.requested.v1"

    batch_id: BatchId


class PricesRefresh(Event, frozen=True):
    """The market has closed. Fetch new prices of `symbols`, or of the watch-list if it is empty.

    A cron sends it with empty data. Ingest sends it to itself with the remaining symbols.
    """

    TYPE: ClassVar[str] = PREFIX + "prices.refresh.v1"

    symbols: Annotated[tuple[Symbol, ...], fields.is_a("a list of symbols")] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "symbols", tuple(fields.upper(one) for one in self.symbols))


class WarmupRequested(AboutSymbol, frozen=True):
    """Someone may soon request a forecast of `symbol`. Start up and fetch its prices."""

    TYPE: ClassVar[str] = PREFIX + "warmup.requested.v1"

    model: fields.Model = "calibrated"


class PricesUploaded(AboutSymbol, frozen=True):
    """A file of prices is stored in S3 under `symbol`. Its sender waits for `upload_id`."""

    TYPE: ClassVar[str] = PREFIX + "prices.uploaded.v1"

    upload_id: RequestId


class PricesWarmed(AboutSymbol, frozen=True):
    """The prices of `symbol` are ready, and someone may soon request its forecast."""

    TYPE: ClassVar[str] = PREFIX + "prices.warmed.v1"

    model: fields.Model = "calibrated"


TYPES = frozenset(
    event.TYPE
    for event in (
        *(ForecastRequested, PricesIngested, ForecastCompleted, ForecastFailed, ChartRequested),
        *(BatchRequested, PricesRefresh, PricesUploaded, WarmupRequested, PricesWarmed),
    )
)
"""The types of all Stockcast events."""


def wrong_options(valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
    kind, options = valid.get("kind", FORECAST), valid.get("options", {})
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
    """Whether options are short enough and can be signed."""
    import rfc8785

    with suppress(rfc8785.CanonicalizationError):
        return len(rfc8785.dumps(options)) <= fields.MAX_OPTIONS_CHARACTERS
    return False


def _without(data: Json, *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}
