"""The parts of Prophet's line: its trend, its seasons, and the turns of its trend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from functions.forecast.arrays import Days, Floats

YEAR_DAYS = 365.25


@dataclass(frozen=True, eq=False)
class Curve:
    """Logs (n,) on `dates` (n,) datetime64[D]. Both are empty if the fit has no such part."""

    dates: Days
    logs: Floats

    @property
    def percent(self) -> Floats:
        """The percentage by which a season moves the price."""
        return in_percent(self.logs)


@dataclass(frozen=True, eq=False)
class Components:
    """The parts of a fit, as logs of the price.

    On any day, the log of the line is `trend` + `yearly` + `monthly`. The trend covers the training
    window and the forecast. The seasons cover the first year and month (calendar days) after the
    training window. A season is empty if the history is too short for it. `turns` (k,) are the
    changepoints in use, the largest first. `slope_changes` (k,) are their slope changes per
    calendar day.
    """

    trend: Curve
    yearly: Curve
    monthly: Curve
    turns: Days
    slope_changes: Floats


def per_year(slope: Floats) -> Floats:
    """The growth in percent a year of a slope in logs a day."""
    return in_percent(YEAR_DAYS * slope)


def in_percent(logs: Floats) -> Floats:
    """The percentage by which a part of `logs` moves the price."""
    percent: Floats = 100.0 * np.expm1(logs)
    return percent
