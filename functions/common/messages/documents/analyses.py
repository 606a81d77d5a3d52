"""The documents about an analysis."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from functions.common.messages import analyses
from functions.common.messages.documents.base import Currency, Document, Numbers, Request


class Line(Document, frozen=True):
    """A line in a panel."""

    name: str
    role: str
    values: Numbers


class Band(Document, frozen=True):
    """A shaded range in a panel."""

    name: str
    role: str
    low: Numbers
    high: Numbers


class Mark(Document, frozen=True):
    """A highlighted day in a panel."""

    date: str
    label: str
    up: bool


class Panel(Document, frozen=True):
    """One chart of an analysis."""

    title: str
    unit: Literal["price", "money", "percent", "shares", "index", "correlation"]
    x_label: Annotated[str, Meta(description="`date`, or the meaning of the numbers.")]
    x: list[str | float]
    lines: list[Line]
    bands: list[Band]
    marks: list[Mark]


class Table(Document, frozen=True):
    """The numbers of an analysis as a table."""

    columns: list[str]
    rows: list[list[float | str | None]]


class AnalysisResult(Document, frozen=True):
    """The answer to a request for an analysis."""

    symbol: str
    kind: analyses.Kind
    currency: Currency
    message: Annotated[str, Meta(description="The answer in one sentence.")]
    notes: Annotated[
        list[str], Meta(description="Remarks about the result, such as dates that were moved.")
    ]
    figures: Annotated[
        dict[str, float | str | None],
        Meta(description="The key numbers by name. Null if the prices do not determine one."),
    ]
    panels: list[Panel]
    table: Table
    data: Annotated[dict[str, Any], Meta(description="The prices used. Same as in a forecast.")]


class AnalysisRequest(Request, frozen=True, kw_only=True):
    """A request for an analysis, with its result once it is done."""

    kind: analyses.Kind
    parameters: Annotated[dict[str, Any], Meta(description="All parameters, including defaults.")]
    result: AnalysisResult | UnsetType = UNSET
