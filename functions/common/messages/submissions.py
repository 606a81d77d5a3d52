"""The bodies and queries that callers send to the HTTP API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from functions.common.errors import InvalidFieldError
from functions.common.messages import analyses, fields
from functions.common.messages.events import wrong_options
from functions.common.messages.fields import BatchId, RequestId, Symbol
from functions.common.messages.message import Message

OwnId = Annotated[
    RequestId,
    Meta(description="Your own request id. If you send it again, you get the same request."),
]
OwnBatchId = Annotated[
    BatchId, Meta(description="Your own id. If you send it again, you get the same batch.")
]
Symbols = Annotated[
    list[Symbol],
    fields.is_a(
        f"a list of 1 to {fields.MOST_SYMBOLS} symbols",
        min_length=1,
        max_length=fields.MOST_SYMBOLS,
    ),
]


class ForecastSubmission(Message, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A forecast: the price of `symbol` in `days` calendar days after its last price."""

    WHAT: ClassVar[str] = "a forecast"

    symbol: Symbol
    days: fields.Days
    model: fields.Model = "calibrated"
    options: fields.Options = {}  # noqa: RUF012 - msgspec gives each its own
    id: OwnId | None = None

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        return wrong_options(valid)


class AnalysisKind(Message, frozen=True, kw_only=True):
    """An analysis, read only far enough to know which parameters it takes."""

    symbol: Symbol
    kind: analyses.Kind
    id: OwnId | None = None


def _analysis(kind: str, parameters: type[analyses.Parameters]) -> Any:
    """The submission class of a kind, with its parameters next to the symbol and the kind."""
    own: list[Any] = [("symbol", Symbol), ("kind", Literal[kind]), ("id", OwnId | None, None)]
    return msgspec.defstruct(
        f"{parameters.__name__}Submission",
        own,
        bases=(parameters,),
        namespace={"__doc__": parameters.__doc__, "WHAT": kind},
        module=__name__,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


ANALYSES: dict[str, Any] = {
    kind: _analysis(kind, parameters) for kind, parameters in analyses.PARAMETERS.items()
}
"""The submission class of each kind of analysis."""


class BatchSubmission(Message, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forecasts of many symbols at once. If you name a symbol twice, it counts once."""

    WHAT: ClassVar[str] = "a batch"

    symbols: Symbols
    days: fields.Days
    model: fields.Model = "calibrated"
    id: OwnBatchId | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "symbols", list(dict.fromkeys(map(fields.upper, self.symbols))))


class UploadQuery(Message, frozen=True, kw_only=True):
    """Options for an uploaded file."""

    name: Annotated[
        str, fields.is_a("a text of at most 500 characters: what to call the file", max_length=500)
    ] = ""
    column: Annotated[
        str,
        fields.is_a(
            "a text of at most 200 characters: the column of closing prices, or the series",
            max_length=200,
        ),
    ] = ""


class SymbolQuery(Message, frozen=True, kw_only=True):
    """A search for symbols."""

    q: Annotated[str, Meta(description="A ticker or company name.")] = ""


class TargetDateQuery(Message, frozen=True, kw_only=True):
    """How many days ahead."""

    symbol: Symbol
    days: fields.Days = 45


class HistoryQuery(Message, frozen=True, kw_only=True):
    """The daily prices of a symbol, from `start` to `end`, both included."""

    symbol: Symbol
    start: fields.Day | None = None
    end: fields.Day | None = None

    @classmethod
    def combination_errors(cls, valid: dict[str, Any]) -> Iterable[InvalidFieldError]:
        start, end = valid.get("start"), valid.get("end")
        if start and end and start > end:
            yield InvalidFieldError("start", f"must not be after end ({end}), not {start}.")
