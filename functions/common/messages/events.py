"""The events of Stockcast, one frozen dataclass a type; their `type` is the versioned name.

`from_data` reads the data of a CloudEvent strictly (`InvalidFieldError` names the field), fields
it does not know are left alone, so that a newer sender may add some. `to_data` is its inverse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from functions.common.messages import analyses, fields
from functions.common.messages.batch_ids import batch_id
from functions.common.messages.fields import Json

if TYPE_CHECKING:
    from typing_extensions import Self

PREFIX = "dev.stockcast."
FORECAST = "forecast"
"""The kind of a request that is no analysis."""


class Event(Protocol):
    """What every event has: its type's name, what it is about, and its data as JSON.

    `request_id` and `symbol` are empty where it is about no request, or about many symbols.
    """

    TYPE: ClassVar[str]

    @property
    def request_id(self) -> str: ...

    @property
    def symbol(self) -> str: ...

    def to_data(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class ForecastRequested:
    """Someone asks where the price of `symbol` may be in `days` calendar days.

    Of another `kind` (analyses.KINDS) it asks for that analysis: `options` are then its
    parameters, and `days` and `model` are left at what they are.
    """

    TYPE: ClassVar[str] = PREFIX + "forecast.requested.v1"

    request_id: str
    symbol: str
    days: int = 0
    model: str = fields.DEFAULT_MODEL
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: str = FORECAST

    @classmethod
    def from_data(cls, data: Json) -> ForecastRequested:
        return cls(**_asked(data))

    @property
    def is_analysis(self) -> bool:
        return self.kind != FORECAST

    def to_data(self) -> dict[str, Any]:
        asked = (
            {"kind": self.kind} if self.is_analysis else {"days": self.days, "model": self.model}
        )
        return {
            "request_id": self.request_id,
            "symbol": self.symbol,
            **asked,
            "options": dict(self.options),
        }


@dataclass(frozen=True)
class PricesIngested:
    """The prices a forecast needs lie in S3 under `bucket` and `key`, as version `etag`.

    `fresh_until` is when newer prices should exist (ISO 8601, UTC; empty: not known), and
    `stale` says that the provider could not be reached and these are the last prices known.
    """

    TYPE: ClassVar[str] = PREFIX + "prices.ingested.v1"

    request_id: str
    symbol: str
    days: int
    model: str
    options: Mapping[str, Any]
    bucket: str
    key: str
    etag: str
    provider: str
    rows: int
    first_date: str
    last_date: str
    fresh_until: str = ""
    stale: bool = False
    kind: str = FORECAST

    @classmethod
    def from_data(cls, data: Json) -> PricesIngested:
        return cls(
            **_asked(data),
            bucket=fields.text(data, "bucket", max_length=63),
            key=fields.text(data, "key"),
            etag=fields.text(data, "etag", max_length=128),
            provider=fields.text(data, "provider", max_length=32),
            rows=fields.whole_number(data, "rows", least=0, most=1_000_000),
            first_date=fields.day(data, "first_date").isoformat(),
            last_date=fields.day(data, "last_date").isoformat(),
            fresh_until=fields.moment(data, "fresh_until"),
            stale=fields.flag(data, "stale", default=False),
        )

    @property
    def requested(self) -> ForecastRequested:
        """The request these prices were fetched for."""
        return ForecastRequested(
            self.request_id, self.symbol, self.days, self.model, self.options, self.kind
        )

    def to_data(self) -> dict[str, Any]:
        return {
            **self.requested.to_data(),
            "bucket": self.bucket,
            "key": self.key,
            "etag": self.etag,
            "provider": self.provider,
            "rows": self.rows,
            "first_date": self.first_date,
            "last_date": self.last_date,
            "fresh_until": self.fresh_until,
            "stale": self.stale,
        }


@dataclass(frozen=True)
class ForecastCompleted:
    """A forecast lies in Redis under `result_key`; its backtest may follow."""

    TYPE: ClassVar[str] = PREFIX + "forecast.completed.v1"

    request_id: str
    symbol: str
    result_key: str
    lacks_backtest: bool = False

    @classmethod
    def from_data(cls, data: Json) -> ForecastCompleted:
        return cls(
            fields.request_id(data, "request_id"),
            fields.symbol(data),
            fields.text(data, "result_key"),
        )

    @property
    def extensions(self) -> dict[str, str]:
        """What a Trigger may filter on: forecast takes back those that lack a backtest."""
        return {"backtest": "pending"} if self.lacks_backtest else {}

    def to_data(self) -> dict[str, Any]:
        return {
            "request_id": self.request_id,
            "symbol": self.symbol,
            "status": "done",
            "result_key": self.result_key,
        }


@dataclass(frozen=True)
class ForecastFailed:
    """A request has ended without a forecast; `error` is its problem object (RFC 9457)."""

    TYPE: ClassVar[str] = PREFIX + "forecast.failed.v1"

    request_id: str
    symbol: str
    error: Mapping[str, Any]

    @classmethod
    def from_data(cls, data: Json) -> ForecastFailed:
        return cls(
            fields.request_id(data, "request_id"),
            fields.symbol(data),
            fields.json_object(data, "error"),
        )

    def to_data(self) -> dict[str, Any]:
        return {
            "request_id": self.request_id,
            "symbol": self.symbol,
            "status": "failed",
            "error": dict(self.error),
        }


@dataclass(frozen=True)
class ChartRequested:
    """Someone wants the PNG of a result; drawn on demand, since few results are looked at so."""

    TYPE: ClassVar[str] = PREFIX + "chart.requested.v1"

    request_id: str
    symbol: str
    result_key: str

    @classmethod
    def from_data(cls, data: Json) -> ChartRequested:
        return cls(
            fields.request_id(data, "request_id"),
            fields.symbol(data),
            fields.text(data, "result_key"),
        )

    def to_data(self) -> dict[str, Any]:
        return {
            "request_id": self.request_id,
            "symbol": self.symbol,
            "result_key": self.result_key,
        }


@dataclass(frozen=True)
class BatchRequested:
    """Members of a batch are still to be handed to the broker; web takes it, and sends it anew."""

    TYPE: ClassVar[str] = PREFIX + "batch.requested.v1"

    batch_id: str
    request_id: str = ""
    symbol: str = ""

    @classmethod
    def from_data(cls, data: Json) -> BatchRequested:
        return cls(batch_id(data, "batch_id"))

    def to_data(self) -> dict[str, Any]:
        return {"batch_id": self.batch_id}


@dataclass(frozen=True)
class PricesRefresh:
    """The market has closed: fetch what is new of `symbols`; of the watch-list if there are none.

    A cron sends it with empty data; ingest sends it to itself with the symbols that are left.
    """

    TYPE: ClassVar[str] = PREFIX + "prices.refresh.v1"

    symbols: tuple[str, ...] = ()
    request_id: str = ""
    symbol: str = ""

    @classmethod
    def from_data(cls, data: Json) -> PricesRefresh:
        return cls(fields.symbols(data, "symbols") if "symbols" in data else ())

    def to_data(self) -> dict[str, Any]:
        return {"symbols": list(self.symbols)}


@dataclass(frozen=True)
class _AboutSymbol:
    """Data of the events that name a symbol and belong to no request."""

    symbol: str
    request_id: str = ""

    @classmethod
    def from_data(cls, data: Json) -> Self:
        return cls(fields.symbol(data))

    def to_data(self) -> dict[str, Any]:
        return {"symbol": self.symbol}


@dataclass(frozen=True)
class WarmupRequested(_AboutSymbol):
    """Someone is about to ask about `symbol`: wake up, and have its prices ready."""

    TYPE: ClassVar[str] = PREFIX + "warmup.requested.v1"


@dataclass(frozen=True)
class PricesWarmed(_AboutSymbol):
    """The prices of `symbol` are ready and somebody may ask for its forecast soon."""

    TYPE: ClassVar[str] = PREFIX + "prices.warmed.v1"


def _asked(data: Json) -> dict[str, Any]:
    asked = {"request_id": fields.request_id(data, "request_id"), "symbol": fields.symbol(data)}
    if data.get("kind", FORECAST) == FORECAST:
        return {
            **asked,
            "days": fields.days(data),
            "model": fields.model(data),
            "options": fields.options(data),
        }
    kind = analyses.kind(data)
    given = fields.json_object({"options": {}, **data}, "options")
    options = analyses.checked(kind, given)
    return {**asked, "days": 0, "model": fields.DEFAULT_MODEL, "options": options, "kind": kind}


TYPES = frozenset(
    event.TYPE
    for event in (
        *(ForecastRequested, PricesIngested, ForecastCompleted, ForecastFailed, ChartRequested),
        *(BatchRequested, PricesRefresh, WarmupRequested, PricesWarmed),
    )
)
"""The types of all events of Stockcast."""
