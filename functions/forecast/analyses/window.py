"""Turns the requested dates into rows of prices, and notes which dates it moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from functions.common.errors import InvalidFieldError
from functions.forecast.prices.series import PriceSeries, years_before


@dataclass(frozen=True)
class Window:
    """Rows `first` to `last` (both included), and a sentence for each moved date."""

    first: int
    last: int
    notes: tuple[str, ...]

    @property
    def rows(self) -> slice:
        return slice(self.first, self.last + 1)


def window(
    series: PriceSeries,
    parameters: Mapping[str, Any],
    *,
    default_first: int = 0,
    default_last: int | None = None,
) -> Window:
    """The rows from `start` to `end`, each moved to the nearest trading day with a price.

    Raises InvalidFieldError, which names the field, if fewer than two rows remain.
    """
    notes: list[str] = []
    last = len(series) - 1 if default_last is None else default_last
    rows = {"start": default_first, "end": last}
    for field in ("start", "end"):
        if field in parameters:
            asked = np.datetime64(parameters[field], "D")
            rows[field] = _nearest(series, asked)
            if series.dates[rows[field]] != asked:
                notes.append(_moved_note(series, field, asked, rows[field]))
    if rows["start"] >= rows["end"]:
        message = (
            f"leaves no range of prices: {series.symbol} has prices from {series.dates[0]} to"
            f" {series.dates[-1]}, and the range would be {series.dates[rows['start']]} to"
            f" {series.dates[rows['end']]}. Choose other dates."
        )
        raise InvalidFieldError(_field_at_fault(series, parameters), message)
    return Window(rows["start"], rows["end"], tuple(notes))


def _moved_note(series: PriceSeries, field: str, asked: np.datetime64, row: int) -> str:
    if asked < series.dates[0]:
        why = "is before the first price"
    elif asked > series.dates[-1]:
        why = "is after the last price"
    else:
        why = "is not a trading day of these prices"
    return f"{field} {asked} {why}. The analysis uses {series.dates[row]}."


def _field_at_fault(series: PriceSeries, parameters: Mapping[str, Any]) -> str:
    if "end" not in parameters:
        return "start"
    is_early = np.datetime64(parameters["end"]) <= series.dates[0]
    return "end" if is_early or "start" not in parameters else "start"


def row_years_before(series: PriceSeries, years: int) -> int:
    """The first row of the last `years` years."""
    return int(np.searchsorted(series.dates, years_before(series.dates[-1], years)))


def _nearest(series: PriceSeries, day: np.datetime64) -> int:
    """The row nearest to `day`, or the earlier one of two at the same distance."""
    after = min(int(np.searchsorted(series.dates, day)), len(series) - 1)
    before = max(after - 1, 0)
    return after if series.dates[after] - day < day - series.dates[before] else before
