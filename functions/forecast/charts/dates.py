"""The labels of a date axis: years, months or days, as short as possible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from functions.forecast.arrays import Days
from functions.forecast.charts.figure import SMALL_PT, Frame

MOST_TICKS = 9
STEPS = (
    *(("D", days) for days in (1, 7, 14)),
    *(("M", months) for months in (1, 3, 6)),
    *(("Y", years) for years in (1, 2, 5, 10, 20)),
)
ROOM = 36.0
"""The height of the two-line labels."""


def label_dates(made: Frame, axes: Any, first: np.datetime64, last: np.datetime64) -> None:
    """Set the x limits, and set ticks if their labels fit between the plot's edges."""
    axes.set_xlim(first, last)
    unit, days = _ticks(first, last)
    box = axes.get_position()
    width = (box.x1 - box.x0) * axes.figure.get_figwidth() * axes.figure.dpi
    at = (days - first).astype(int) * width / max(1, (last - first).astype(int))
    half = made.width_of("Mar 30" if unit == "D" else "2013", SMALL_PT) / 2
    kept = days[(at >= half) & (at <= width - half)]
    axes.set_xticks(kept, _texts(unit, kept.tolist()), linespacing=1.3)


def _ticks(first: np.datetime64, last: np.datetime64) -> tuple[str, Days]:
    """The unit of the ticks, and the first day of each labeled unit."""
    unit, days = "Y", np.array([], dtype="datetime64[D]")
    for unit, step in STEPS:
        days = _every(unit, step, first, last)
        if len(days) <= MOST_TICKS:
            break
    return unit, days


def _texts(unit: str, days: Sequence[date]) -> list[str]:
    """The label of each day. It names the year only if the year changes."""
    texts, year = [], None
    for day in days:
        text = f"{day:%Y}" if unit == "Y" else f"{day:%b}" if unit == "M" else f"{day:%b} {day.day}"
        texts.append(f"{text}\n{day:%Y}" if unit != "Y" and day.year != year else text)
        year = day.year
    return texts


def _every(unit: str, step: int, first: np.datetime64, last: np.datetime64) -> Days:
    """The first day of every `step`-th unit."""
    if unit == "D":
        return np.arange(first, last + 1, step, dtype="datetime64[D]")
    start, end = (day.astype(f"datetime64[{unit}]").astype(int) for day in (first, last))
    # Count from 1970-01, so that steps fall on January, and on years that the step divides.
    epoch = 1970 if unit == "Y" else 0
    start = -(-(start + epoch) // step) * step - epoch
    begins = np.arange(start, end + 1, step).astype(f"datetime64[{unit}]").astype("datetime64[D]")
    kept: Days = begins[begins >= first]
    return kept
