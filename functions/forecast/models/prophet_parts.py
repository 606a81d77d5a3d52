"""The parts of Prophet's line: its trend, its seasons, and the turns of its trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from functions.forecast.arrays import Days, Floats

if TYPE_CHECKING:
    import pandas as pd

    from functions.forecast.models.prophet_model import FittedProphet

YEAR_DAYS = 365.25
SEASON_DAYS = {"yearly": 365, "monthly": 31}
LEAST_SHARE = 1e-3
"""A slope change below this share of the largest one is a rounding error, not a turn."""


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


def components(model: FittedProphet, parts: pd.DataFrame) -> Components:
    """The parts of `model`. The trend is on the days of `parts` (`FittedProphet.parts`)."""
    turns, changes = turning_points(model)
    dates = parts["ds"].to_numpy().astype("datetime64[D]")
    return Components(
        trend=Curve(dates, parts["trend"].to_numpy()),
        yearly=season(model, "yearly"),
        monthly=season(model, "monthly"),
        turns=turns,
        slope_changes=changes,
    )


def season(model: FittedProphet, name: str) -> Curve:
    """A season over its first period after the training window."""
    if name not in model.seasons:
        return Curve(model.dates[:0], np.empty(0))
    dates = model.dates[-1] + np.arange(1, SEASON_DAYS[name] + 1)
    return Curve(dates, model.parts(dates)[name].to_numpy())


def turning_points(model: FittedProphet) -> tuple[Days, Floats]:
    """The changepoints in use (k,), the largest first, and their slope changes in logs a day."""
    library = model.library
    changes = library.params["delta"][0] * library.y_scale / span_days(model)
    days = library.changepoints.to_numpy().astype("datetime64[D]")
    largest_first = np.argsort(-np.abs(changes), kind="stable")
    size = np.abs(changes[largest_first])
    used = largest_first[(size > 0.0) & (size >= LEAST_SHARE * size[:1].sum())]
    return days[used], changes[used]


def per_year(slope: Floats) -> Floats:
    """The growth in percent a year of a slope in logs a day."""
    return in_percent(YEAR_DAYS * slope)


def span_days(model: FittedProphet) -> float:
    """The calendar days of the training window. They are one unit of the library's time."""
    return float((model.dates[-1] - model.dates[0]) / np.timedelta64(1, "D"))


def in_percent(logs: Floats) -> Floats:
    """The percentage by which a part of `logs` moves the price."""
    percent: Floats = 100.0 * np.expm1(logs)
    return percent
