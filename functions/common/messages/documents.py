"""What the HTTP API answers: each document's class, from which its description is made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from functions.common.messages import analyses

Numbers = list[float | None]
Status = Literal["queued", "ingesting", "forecasting", "done", "failed"]


class Document(Struct, frozen=True, kw_only=True):
    """One kind of answer. A field that is UNSET is left out."""


class WrongField(Document, frozen=True):
    """What is wrong with one field."""

    field: str
    message: str


class Suggestion(Document, frozen=True):
    """A symbol that may be meant."""

    symbol: str
    name: str


class Problem(Document, frozen=True):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[WrongField] | UnsetType = UNSET
    suggestions: list[Suggestion] | UnsetType = UNSET


class PriceFile(Document, frozen=True):
    """What was read in an uploaded file.

    `columns` are those found; in a file of several series, the series, of which `column` is the
    one chosen. `calendar` is inferred from the dates. `notes` say what was mended.
    """

    symbol: str
    name: str
    rows: int
    first_date: date
    last_date: date
    columns: list[str]
    column: str
    calendar: str
    notes: list[str]


class Links(Document, frozen=True):
    """Where a request is found."""

    self: str
    events: str
    chart: str


class Accepted(Document, frozen=True):
    """A request that is taken."""

    id: str
    status: Status
    links: Links


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


class Line(Document, frozen=True):
    """A line of a panel."""

    name: str
    role: str
    values: Numbers


class Band(Document, frozen=True):
    """A range of a panel."""

    name: str
    role: str
    low: Numbers
    high: Numbers


class Mark(Document, frozen=True):
    """A day that a panel points out."""

    date: str
    label: str
    up: bool


class Panel(Document, frozen=True):
    """One chart of an analysis."""

    title: str
    unit: Literal["price", "money", "percent", "shares", "index", "correlation"]
    x_label: Annotated[str, Meta(description="`date`, or what the numbers are.")]
    x: list[str | float]
    lines: list[Line]
    bands: list[Band]
    marks: list[Mark]


class Table(Document, frozen=True):
    """The figures of an analysis as a table."""

    columns: list[str]
    rows: list[list[float | str | None]]


class AnalysisResult(Document, frozen=True):
    """The answer to a request for an analysis."""

    symbol: str
    kind: analyses.Kind
    currency: Annotated[str | None, Meta(description="ISO 4217; null for an index.")]
    message: Annotated[str, Meta(description="The answer in one sentence.")]
    notes: Annotated[
        list[str], Meta(description="What to know about it, such as dates that were moved.")
    ]
    figures: Annotated[
        dict[str, float | str | None],
        Meta(description="By name; null where the prices do not tell."),
    ]
    panels: list[Panel]
    table: Table
    data: Annotated[dict[str, Any], Meta(description="The prices used, as in a forecast.")]


class AnalysisRequest(Document, frozen=True):
    """A request for an analysis, with its result once it is done."""

    id: str
    symbol: str
    kind: analyses.Kind
    parameters: Annotated[
        dict[str, Any], Meta(description="With the defaults of those that were not given.")
    ]
    status: Status
    submitted_at: datetime
    updated_at: datetime
    timings_ms: dict[str, int]
    result: AnalysisResult | UnsetType = UNSET
    error: Problem | UnsetType = UNSET


class BatchLinks(Document, frozen=True):
    """Where a batch is found."""

    self: str
    events: str
    results: str
    ranking: str


class BatchAccepted(Document, frozen=True):
    """A batch that is taken."""

    id: str
    status: Literal["queued"]
    links: BatchLinks


class Counts(Document, frozen=True):
    """How many members of a batch stand where."""

    queued: int
    ingesting: int
    forecasting: int
    done: int
    failed: int


class BatchProgress(Document, frozen=True):
    """How a batch gets on."""

    id: str
    days: int
    model: str
    status: Literal["running", "done"]
    total: Annotated[int, Meta(description="Different symbols.")]
    counts: Counts
    submitted_at: datetime
    updated_at: datetime
    links: BatchLinks


class Ranked(Document, frozen=True):
    """A member of a batch that is done."""

    rank: int
    symbol: str
    request_id: str
    last_date: date
    last_price: float
    currency: str | None
    predicted_price: float
    lo80: float
    hi80: float
    probability_higher: float | None
    trust: str | None


class Failed(Document, frozen=True):
    """A member of a batch that failed, and why."""

    symbol: str
    request_id: str
    error: str


class Ranking(Document, frozen=True):
    """The members of a batch that are done, the likeliest to rise first, and those that failed."""

    rows: list[Ranked]
    failed: list[Failed]


class FoundSymbol(Document, frozen=True):
    """A symbol that fits a search."""

    symbol: str
    name: str
    exchange: Annotated[str | None, Meta(description="The MIC (ISO 10383), where it is known.")]
    currency: Annotated[str | None, Meta(description="ISO 4217, where it is known.")]
    available: Annotated[bool, Meta(description="Whether a data source here may have prices.")]


class Symbols(Document, frozen=True):
    """The symbols that fit a search, the best first."""

    symbols: list[FoundSymbol]


class TargetDate(Document, frozen=True):
    """Where a number of days after the last price leads: `target_date` is the session on or after
    `asked_date`.

    `last_date` is the day of the last stored price, or the one expected where none are stored yet.
    """

    symbol: str
    calendar: str
    last_date: date
    asked_date: date
    target_date: date


class Source(Document, frozen=True):
    """A data source that is set up."""

    name: str
    title: str
    covers: str
    terms: str


class Sample(Document, frozen=True):
    """The bundled sample data."""

    symbols: list[Suggestion]
    last_date: date


class Step(Document, frozen=True):
    """A way to today's prices: a line to copy, and what to know about it."""

    command: str
    note: str


class Sources(Document, frozen=True):
    """Where prices come from, and how to get today's."""

    providers: list[Source]
    sample_only: bool
    sample: Sample
    todays_prices: list[Step]


class Warming(Document, frozen=True):
    """Whether the prices are being fetched."""

    warming: bool


class PriceHistory(Document, frozen=True):
    """Daily prices."""

    symbol: str
    provider: str
    fetched_at: str
    dates: list[date]
    close: Numbers
    adj_close: Numbers
    volume: Numbers
