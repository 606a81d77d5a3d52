"""The kinds of analyses and their parameters, named as in the Stocker class.

The web function checks a submission with these classes. Ingest and forecast check the event again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, field
from msgspec.structs import force_setattr

from functions.common.errors import InvalidFieldError, InvalidMessageError
from functions.common.messages import interest_csv as interest
from functions.common.messages.fields import Day, Days, Json, is_a, number, text, whole_number
from functions.common.messages.message import Message, shown, valid_fields

MOST_PRIORS = 6
DEFAULT_PRIORS = (0.001, 0.05, 0.1, 0.2)
MOST_TRAINING_YEARS = 10

Kind = Literal[
    "history",
    "buy_and_hold",
    "components",
    "predict_future",
    "evaluate",
    "changepoints",
    "prior_analysis",
    "prior_validation",
]
KINDS: tuple[str, ...] = get_args(Kind)
Column = Literal["close", "adj_close", "volume", "daily_change"]
COLUMNS: tuple[str, ...] = get_args(Column)
Columns = Annotated[
    list[Column],
    is_a(
        f"a list of some of {', '.join(COLUMNS)}, each once",
        min_length=1,
        extra_json_schema={"uniqueItems": True},
    ),
]
PlotType = Literal["basic", "pct"]
PLOT_TYPES: tuple[str, ...] = get_args(PlotType)
Prior = Annotated[float, number(1e-4, 100.0)]
Priors = Annotated[
    list[Prior], is_a(f"a list of 1 to {MOST_PRIORS} numbers", min_length=1, max_length=MOST_PRIORS)
]
Shares = Annotated[float, number(0.001, 1_000_000_000)]
TrainingYears = Annotated[int, whole_number(1, MOST_TRAINING_YEARS)]
Interest = Annotated[
    str,
    text(interest.MOST_CHARACTERS),
    Meta(description="Interest over time, the CSV that Google Trends exports."),
]


class Parameters(Message, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of one kind of analysis. None means not requested."""


class Range(Parameters, frozen=True, kw_only=True):
    """Days from `start` to `end`, each moved to the nearest trading day."""

    start: Day | None = None
    end: Day | None = None

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        start, end = valid.get("start"), valid.get("end")
        if start and end and start >= end:
            yield InvalidFieldError("start", f"must be before end ({end}), not {start}.")


class Fit(Parameters, frozen=True, kw_only=True):
    """How to fit a Prophet model."""

    changepoint_prior: Prior = 0.05
    training_years: TrainingYears = 3


class History(Range, frozen=True, kw_only=True):
    """Prices, volume or daily changes, with their highs and lows."""

    columns: Columns = field(default_factory=lambda: ["adj_close"])
    plot_type: PlotType = "basic"

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        yield from super().combination_errors(valid)
        columns = valid.get("columns", [])
        if len(set(columns)) < len(columns):
            message = f"must name each column once, not {shown(columns)}."
            yield InvalidFieldError("columns", message)


class BuyAndHold(Range, frozen=True, kw_only=True):
    """The profit or loss on shares bought on one day and sold on another."""

    nshares: Shares = 1.0


class Components(Fit, frozen=True, kw_only=True):
    """The parts of Prophet's line: trend, year and month."""

    days: Days = 30


class PredictFuture(Components, frozen=True, kw_only=True):
    """The days ahead on which Prophet expects a rise or a fall."""


class Evaluate(Range, frozen=True, kw_only=True):
    """Prophet's forecasts of past days compared with real prices, and a trading game."""

    nshares: Shares | None = None
    changepoint_prior: Prior = 0.05
    training_years: TrainingYears = 3


class Changepoints(Fit, frozen=True, kw_only=True):
    """The dates when Prophet's trend turns, compared with search interest."""

    interest_csv: Interest | None = None

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        if valid.get("interest_csv"):
            try:
                interest.read(valid["interest_csv"], "interest_csv")
            except InvalidFieldError as error:
                yield error


class PriorAnalysis(Parameters, frozen=True, kw_only=True):
    """How much Prophet's line bends with each changepoint prior."""

    days: Days = 180
    priors: Priors = field(default_factory=lambda: list(DEFAULT_PRIORS))
    training_years: TrainingYears = 3

    def __post_init__(self) -> None:
        force_setattr(self, "priors", sorted(set(self.priors)))


class PriorValidation(Range, frozen=True, kw_only=True):
    """The changepoint prior that would have forecast best."""

    priors: Priors = field(default_factory=lambda: list(DEFAULT_PRIORS))
    training_years: TrainingYears = 3

    def __post_init__(self) -> None:
        force_setattr(self, "priors", sorted(set(self.priors)))


PARAMETERS: dict[str, type[Parameters]] = {
    "history": History,
    "buy_and_hold": BuyAndHold,
    "components": Components,
    "predict_future": PredictFuture,
    "evaluate": Evaluate,
    "changepoints": Changepoints,
    "prior_analysis": PriorAnalysis,
    "prior_validation": PriorValidation,
}
UPLOADED = frozenset({"interest_csv"})
"""Parameters that are too long to show with a request."""

for _kind, _parameters in PARAMETERS.items():
    _parameters.WHAT = _kind


def parameter_names(kind: str) -> tuple[str, ...]:
    """The names of the parameters that a kind takes."""
    return PARAMETERS[kind].__struct_fields__


def parameters(kind: str, data: Json) -> tuple[dict[str, Any], list[InvalidFieldError]]:
    """The valid parameters of a kind in `data`, with defaults, and the errors of the others."""
    valid, errors = valid_fields(PARAMETERS[kind], data)
    bad = {error.field.partition("[")[0] for error in errors}
    kept = PARAMETERS[kind](**{name: valid[name] for name in valid if name not in bad})
    read = {name: one for name, one in kept.to_data().items() if one is not None}
    return {name: read[name] for name in read if name not in bad}, errors


def validated(kind: str, data: Json) -> dict[str, Any]:
    """The parameters of a kind in `data`. Raises InvalidMessageError if one is wrong."""
    read, errors = parameters(kind, data)
    if errors:
        raise InvalidMessageError(errors)
    return read
