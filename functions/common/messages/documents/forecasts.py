"""What a request for a forecast is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from functions.common.messages.documents.base import Document, Numbers, Problem, Status


class Intervals(Document, frozen=True):
    """The lower and the upper bound of each interval on the last day."""

    of_50: list[float] = field(name="50")
    of_80: list[float] = field(name="80")
    of_95: list[float] = field(name="95")


class History(Document, frozen=True):
    """Past prices. lo80 to hi80 is the 80% interval that the model would have given the day before.

    It is null where it is not known, and for prophet.
    """

    dates: list[date]
    close: Numbers
    fitted: Numbers
    lo80: Numbers
    hi80: Numbers


class Forecast(Document, frozen=True):
    """The forecast of each session."""

    dates: list[date]
    mean: Numbers
    lo50: Numbers
    hi50: Numbers
    lo80: Numbers
    hi80: Numbers
    lo95: Numbers
    hi95: Numbers


class RandomWalk(Document, frozen=True):
    """What a random walk without drift says about the same sessions."""

    mean: Numbers
    lo80: Numbers
    hi80: Numbers


class Trust(Document, frozen=True):
    """Whether the 80% range kept its promise for this stock.

    Where `state` is `too_narrow`, the result's `message` begins with `sentence`.
    """

    state: Literal["ok", "too_narrow", "too_few", "pending", "failed"]
    sentence: str


class Backtest(Document, frozen=True):
    """The model's own record on past prices of this stock."""

    origins: int
    horizon_days: Annotated[int, Meta(description="Trading days.")]
    mase: float | None
    mase_random_walk: float | None
    coverage80: float | None
    direction_accuracy: float | None
    verdict: str
    record: Annotated[
        str | None, Meta(description="Such as `Promised 80%, delivered 75% (97 forecasts)`.")
    ]
    trust: Trust
    widened80: Annotated[
        list[float] | None,
        Meta(
            description="Where `trust.state` is `too_narrow`: the 80% range, as wide as the record"
            " asks for (split conformal prediction)."
        ),
    ]
    status: Literal["complete", "pending", "failed"]


class Data(Document, frozen=True):
    """The prices that a result was computed from."""

    provider: str
    symbol: str
    name: Annotated[str | None, Meta(description="Of the company, fund or index.")]
    exchange: Annotated[str | None, Meta(description="The MIC (ISO 10383) of the exchange.")]
    calendar: Annotated[
        str, Meta(description="Whose sessions the dates are: an exchange, 24/7, 24/5 or observed.")
    ]
    first_date: str
    last_date: str
    rows: int
    s3_key: str
    etag: str
    fetched_at: Annotated[str, Meta(description="When the provider was last asked.")]
    age_days: Annotated[int, Meta(description="Of the last price.")]
    stale: Annotated[bool, Meta(description="The provider gave none or fewer: these are the last.")]
    jumps: Annotated[
        list[str], Meta(description="Latest days on which the price jumped without a split.")
    ]
    notes: Annotated[
        list[str], Meta(description="What to know about the prices, in whole sentences.")
    ]


class Curve(Document, frozen=True):
    """A part of Prophet's line."""

    dates: list[date]
    values: Numbers


class Changepoint(Document, frozen=True):
    """A day on which Prophet's trend turns."""

    date: str
    yearly_growth_change_percent: float


class Components(Document, frozen=True):
    """What Prophet's line is made of; the other models have none."""

    trend: Curve | UnsetType = UNSET
    yearly: Curve | UnsetType = UNSET
    monthly: Curve | UnsetType = UNSET
    changepoints: list[Changepoint] | UnsetType = UNSET


class ForecastResult(Document, frozen=True):
    """The answer to a request for a forecast."""

    last_date: date
    last_price: float
    currency: Annotated[str | None, Meta(description="ISO 4217; null for an index.")]
    target_date: date
    predicted_price: float
    intervals: Intervals
    probability_higher: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="The chance that the price on target_date is above last_price.",
        ),
    ]
    message: str
    history: History
    forecast: Forecast
    random_walk: RandomWalk
    backtest: Backtest
    data: Data
    components: Components | UnsetType = UNSET


class ForecastRequest(Document, frozen=True):
    """A request for a forecast, with its result once it is done."""

    id: str
    symbol: str
    days: int
    model: str
    status: Status
    submitted_at: datetime
    updated_at: datetime
    timings_ms: dict[str, int]
    result: ForecastResult | UnsetType = UNSET
    error: Problem | UnsetType = UNSET
