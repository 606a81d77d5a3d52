"""The documents about a forecast."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from functions.common.messages.documents.base import Currency, Document, Numbers, Request


class Intervals(Document, frozen=True):
    """The lower and upper bound of each interval on the target date."""

    of_50: list[float] = field(name="50")
    of_80: list[float] = field(name="80")
    of_95: list[float] = field(name="95")


class History(Document, frozen=True):
    """Past prices. lo80 to hi80 is the 80% interval of a forecast made one day earlier.

    The interval is null if it is unknown, and for prophet.
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
    """The forecast of a random walk without drift for the same sessions."""

    mean: Numbers
    lo80: Numbers
    hi80: Numbers


class Trust(Document, frozen=True):
    """Whether the 80% range has held its promise for this stock.

    If `state` is `too_narrow`, the result's `message` begins with `sentence`.
    """

    state: Literal["ok", "too_narrow", "too_few", "pending", "failed"]
    sentence: str


class Backtest(Document, frozen=True):
    """The model's track record on past prices of this stock."""

    origins: int
    horizon_days: Annotated[int, Meta(description="The horizon in trading days.")]
    mase: float | None
    mase_random_walk: float | None
    coverage80: float | None
    direction_accuracy: float | None
    verdict: str
    record: Annotated[
        str | None, Meta(description="For example `Promised 80%, delivered 75% (97 forecasts)`.")
    ]
    trust: Trust
    widened80: Annotated[
        list[float] | None,
        Meta(
            description="If `trust.state` is `too_narrow`: the 80% range, widened to fit past"
            " errors (split conformal prediction). Otherwise null."
        ),
    ]
    status: Literal["complete", "pending", "failed"]


class Data(Document, frozen=True):
    """The prices that a result is based on."""

    provider: str
    symbol: str
    name: Annotated[str | None, Meta(description="The name of the company, fund or index.")]
    exchange: Annotated[str | None, Meta(description="The MIC (ISO 10383) of the exchange.")]
    calendar: Annotated[
        str, Meta(description="The calendar of the dates: an exchange, 24/7, 24/5 or observed.")
    ]
    first_date: str
    last_date: str
    rows: int
    s3_key: str
    etag: str
    fetched_at: Annotated[str, Meta(description="When Stockcast last asked the provider.")]
    age_days: Annotated[int, Meta(description="The age of the last price.")]
    stale: Annotated[
        bool,
        Meta(
            description="True if the provider returned no prices or fewer than before. These are"
            " then the latest known ones."
        ),
    ]
    jumps: Annotated[
        list[str], Meta(description="The latest days on which the price jumped without a split.")
    ]
    notes: Annotated[list[str], Meta(description="Remarks about the prices, in full sentences.")]


class Curve(Document, frozen=True):
    """One part of Prophet's forecast."""

    dates: list[date]
    values: Numbers


class Changepoint(Document, frozen=True):
    """A day on which Prophet's trend turns."""

    date: str
    yearly_growth_change_percent: float


class Components(Document, frozen=True):
    """The parts of Prophet's forecast. Other models have none."""

    trend: Curve | UnsetType = UNSET
    yearly: Curve | UnsetType = UNSET
    monthly: Curve | UnsetType = UNSET
    changepoints: list[Changepoint] | UnsetType = UNSET


class ForecastResult(Document, frozen=True):
    """The answer to a request for a forecast."""

    last_date: date
    last_price: float
    currency: Currency
    target_date: date
    predicted_price: float
    intervals: Intervals
    probability_higher: Annotated[
        float,
        Meta(
            ge=0, le=1, description="The chance that the price on target_date is above last_price."
        ),
    ]
    message: str
    history: History
    forecast: Forecast
    random_walk: RandomWalk
    backtest: Backtest
    data: Data
    components: Components | UnsetType = UNSET


class ForecastRequest(Request, frozen=True, kw_only=True):
    """A request for a forecast, with its result once it is done."""

    days: int
    model: str
    result: ForecastResult | UnsetType = UNSET
