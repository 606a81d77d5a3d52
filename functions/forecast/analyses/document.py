"""The answer of an analysis, in one form that charts and tables can show for every kind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.forecast.arrays import Floats
from functions.forecast.prices.series import PriceSeries
from functions.forecast.result import Rounding

LEVELS = (0.10, 0.90)
"""The quantile levels of the analyses' 80% interval."""

DRAWN_DIGITS, WRITTEN_DIGITS = 7, 12
"""Significant digits: for a panel's values, and for figures and tables."""


@dataclass(frozen=True, eq=False)
class Line:
    """Values (n,) over a panel's x, NaN for missing ones.

    `role` sets the color: `actual`, `model`, `strategy`, or `other` for one of several alike.
    """

    name: str
    values: Floats
    role: str = "model"


@dataclass(frozen=True, eq=False)
class Band:
    """A ribbon from `low` to `high` (n,), with the color of the line of its name or of `role`."""

    name: str
    low: Floats
    high: Floats
    role: str = "model"


@dataclass(frozen=True)
class Mark:
    """A marked day, and whether the trend turns up or down there."""

    day: str
    label: str
    up: bool


@dataclass(frozen=True, eq=False)
class Panel:
    """One plot. `x` (n,) is ascending: datetime64[D], or numbers that `x_label` names.

    `unit` is the unit of the values: `price` or `money` (in the listing's currency), `percent`,
    `shares`, `index` (0 to 100) or `correlation`.
    """

    title: str
    unit: str
    x: NDArray[Any]
    lines: Sequence[Line]
    bands: Sequence[Band] = ()
    marks: Sequence[Mark] = ()
    x_label: str = "date"


@dataclass(frozen=True)
class Table:
    """Named columns and rows of cells: numbers, texts, ISO dates."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Analysis:
    """An answer. `message` sums it up. `notes` say what a reader must know about it.

    `figures` are named numbers, dates or texts, or None if the prices cannot give one.
    """

    message: str
    figures: Mapping[str, Any]
    panels: Sequence[Panel]
    table: Table
    notes: Sequence[str] = field(default=())


def document(analysis: Analysis, series: PriceSeries) -> dict[str, Any]:
    """The analysis as a JSON document. It rounds prices like a forecast's result."""
    prices = Rounding(float(series.adjusted_close[-1]))
    return {
        "message": analysis.message,
        "notes": list(analysis.notes),
        "figures": {name: _cell(value) for name, value in analysis.figures.items()},
        "panels": [_panel(panel, prices) for panel in analysis.panels],
        "table": {
            "columns": list(analysis.table.columns),
            "rows": [[_cell(value) for value in row] for row in analysis.table.rows],
        },
    }


def _panel(panel: Panel, prices: Rounding) -> dict[str, Any]:
    is_dated = panel.x.dtype.kind == "M"

    def column(values: Floats) -> list[float | None]:
        if panel.unit == "price":
            return prices.column(values)
        return [_cell(value, DRAWN_DIGITS) for value in values.tolist()]

    return {
        "title": panel.title,
        "unit": panel.unit,
        "x_label": panel.x_label,
        "x": panel.x.astype(str).tolist() if is_dated else panel.x.tolist(),
        "lines": [
            {"name": line.name, "role": line.role, "values": column(line.values)}
            for line in panel.lines
        ],
        "bands": [
            {"name": one.name, "role": one.role, "low": column(one.low), "high": column(one.high)}
            for one in panel.bands
        ],
        "marks": [{"date": one.day, "label": one.label, "up": one.up} for one in panel.marks],
    }


def _cell(value: Any, digits: int = WRITTEN_DIGITS) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    return value
