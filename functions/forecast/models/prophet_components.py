"""What Prophet's line is made of: its trend, its seasons, and where its trend turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from functions.forecast.models.prophet_design import MONTHLY, YEARLY, Seasonality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from functions.forecast.models.prophet_model import FittedProphet

YEAR_DAYS, MONTH_DAYS = 365, 31
LEAST_SHARE = 1e-3
"""A change of slope under this share of the largest one is the fit's rounding, not a turn."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Values (n,) in currency on `dates` (n,) datetime64[D]; of length 0 where there is none."""

    dates: NDArray[np.datetime64]
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Components:
    """The parts of a fit, in currency.

    On any day the line is `trend` + `yearly` + `monthly`. The trend is told over the training
    window and the forecast, the seasons over the first year and month (calendar days) after it; a
    season the history is too short for is empty. `turns` (k,) are the changepoints used, the
    largest first, `slope_changes` (k,) their changes of slope per calendar day.
    """

    trend: Curve
    yearly: Curve
    monthly: Curve
    turns: NDArray[np.datetime64]
    slope_changes: NDArray[np.float64]


def components(model: FittedProphet, ahead: NDArray[np.datetime64]) -> Components:
    """The parts of `model`, its trend also on the days forecast, `ahead` (h,)."""
    days = np.concatenate([model.dates, ahead])
    columns = model.design.columns(days)
    parts = [slice(0, 2), model.design.hinges]
    trend = sum(columns[:, part] @ model.weights[part] for part in parts) * model.scale
    turns, changes = turning_points(model)
    return Components(
        trend=Curve(days, np.asarray(trend)),
        yearly=_season(model, YEARLY, YEAR_DAYS),
        monthly=_season(model, MONTHLY, MONTH_DAYS),
        turns=turns,
        slope_changes=changes,
    )


def _season(model: FittedProphet, seasonality: Seasonality, days: int) -> Curve:
    part = model.design.columns_of(seasonality.name)
    shown = days if part.stop > part.start else 0
    dates = model.dates[-1] + np.arange(1, shown + 1)
    return Curve(dates, model.design.columns(dates)[:, part] @ model.weights[part] * model.scale)


def turning_points(
    model: FittedProphet,
) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """The changepoints used (k,), the largest first, and their changes of slope, $ a day."""
    design = model.design
    elapsed = np.round(design.changepoints * design.span_days).astype(int)
    changes = model.slope_changes * model.scale / design.span_days
    largest_first = np.argsort(-np.abs(changes), kind="stable")
    size = np.abs(changes[largest_first])
    used = largest_first[(size > 0.0) & (size >= LEAST_SHARE * size[:1].sum())]
    return (design.start + elapsed)[used], changes[used]
