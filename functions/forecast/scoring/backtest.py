"""Scores a model on the past of the same stock."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from msgspec import Struct

from functions.forecast.arrays import Floats, Ints
from functions.forecast.prices.series import PriceSeries
from functions.forecast.scoring import random_walk
from functions.forecast.scoring.scores import (
    WIS_LEVELS,
    conformal_factor,
    diebold_mariano,
    inside,
    weighted_interval_score,
    wilson_interval,
)

FEWEST = 24
"""The number of origins that a backtest aims for, even if it must start early."""

ENOUGH, MOST = 100, 400
"""Numbers of origins for a fast model. If there are fewer than ENOUGH, horizons overlap."""

WARM_UP = 252
"""Rows before the first origin if the history is long enough: one trading year."""

SHORTEST_WARM_UP = 60
SIGNIFICANT = 0.05


class Backtest(Struct, frozen=True, kw_only=True):
    """Scores of past forecasts at one horizon, and the random walk's scores on the same days.

    `horizon_days` are trading days. Errors are scaled by the mean absolute one-day change before
    each origin (MASE; Hyndman and Koehler 2006). Coverages and accuracies are fractions in [0, 1].
    A score is None if the history is too short for it.
    """

    origins: int
    horizon_days: int
    mase: float | None = None
    mase_random_walk: float | None = None
    coverage80: float | None = None
    direction_accuracy: float | None = None
    verdict: str
    coverage50: float | None = None
    coverage95: float | None = None
    wis_ratio: float | None = None
    """The weighted interval score divided by that of a Gaussian random walk. Below 1 is better."""
    direction_interval: tuple[float, float] | None = None
    """Wilson's 95% interval of `direction_accuracy`, for the independent origins."""
    wis_p_value: float | None = None
    """Diebold-Mariano (HAC): the chance of this WIS difference if both models were equally good."""
    centre_p_value: float | None = None
    """The same chance for the absolute error of the center line."""
    width_factor80: float | None = None
    """How much wider the 80% range should have been. See `scores.conformal_factor`."""
    independent_origins: float | None = None
    """The number of horizons without overlap that give the same evidence as the origins."""
    status: str = "complete"
    """`complete`, `failed`, or `pending` until it is computed after the forecast."""


def pending(horizon: int) -> Backtest:
    """The placeholder for a backtest that is not computed yet."""
    verdict = "How past forecasts of this stock turned out is still being computed."
    return Backtest(origins=0, horizon_days=horizon, verdict=verdict, status="pending")


def failed(horizon: int) -> Backtest:
    """The placeholder for a backtest that failed."""
    verdict = "Stockcast could not check its past forecasts of this stock."
    return Backtest(origins=0, horizon_days=horizon, verdict=verdict, status="failed")


def choose_origins(rows: int, horizon: int, *, enough: int = ENOUGH, most: int = MOST) -> Ints:
    """Choose the rows that past forecasts start from, ascending, the last `horizon` before the end.

    They are one horizon apart, or more if there would be more than `most`. If that gives fewer than
    `enough`, they are closer and their horizons overlap. The first is at row WARM_UP, or earlier
    if fewer than FEWEST would fit without overlap. Returns no rows if it cannot check any forecast
    from at least SHORTEST_WARM_UP rows.
    """
    last = rows - 1 - horizon
    first = min(WARM_UP - 1, max(SHORTEST_WARM_UP - 1, last - (FEWEST - 1) * horizon))
    usable = last - first
    if usable < 0:
        return np.empty(0, dtype=np.intp)
    spacing = max(horizon, math.ceil(usable / (most - 1)))
    if usable // spacing + 1 < enough:
        spacing = max(1, usable // (enough - 1))
    return np.arange(last, first - 1, -spacing, dtype=np.intp)[:most][::-1]


def score(
    series: PriceSeries,
    horizon: int,
    origins: Ints,
    *,
    centre: Floats,
    quantiles: Floats,
) -> Backtest:
    """Score forecasts of the adjusted close `horizon` rows after each of `origins`.

    `origins` (n,) are evenly spaced rows from choose_origins. `centre` (n,) and `quantiles` (n, q)
    are prices for the target day at WIS_LEVELS, forecast only from rows up to the origin.
    """
    if len(origins) == 0:
        return without_history(horizon)
    price = series.adjusted_close
    actual, anchor = price[origins + horizon], price[origins]
    spacing = float(np.diff(origins).mean()) if len(origins) > 1 else float(horizon)
    independent = max(1.0, 1.0 + (len(origins) - 1) * min(1.0, spacing / horizon))
    lags = max(0, math.ceil(horizon / spacing) - 1)

    steps = np.array([horizon], dtype=np.intp)
    walk = random_walk.of(series).quantiles(origins, steps, WIS_LEVELS)[:, 0, :]
    wis = weighted_interval_score(actual, quantiles, WIS_LEVELS) / anchor
    walk_wis = weighted_interval_score(actual, walk, WIS_LEVELS) / anchor
    error, walk_error = np.abs(actual - centre), np.abs(actual - anchor)

    scale = _changes(series)[origins] / np.maximum(origins, 1)
    moving = scale > 0.0
    mase = float((error[moving] / scale[moving]).mean()) if moving.any() else None
    walk_mase = float((walk_error[moving] / scale[moving]).mean()) if moving.any() else None

    called = (centre != anchor) & (actual != anchor)
    right = np.sign(centre - anchor) == np.sign(actual - anchor)
    accuracy = float(right[called].mean()) if called.any() else None
    worth = independent * called.mean()
    held = {percent: inside(actual, quantiles, WIS_LEVELS, percent) for percent in (50, 80, 95)}
    centre_p = diebold_mariano(error / anchor, walk_error / anchor, lags)
    return Backtest(
        origins=len(origins),
        horizon_days=horizon,
        mase=mase,
        mase_random_walk=walk_mase,
        coverage50=float(held[50].mean()),
        coverage80=float(held[80].mean()),
        coverage95=float(held[95].mean()),
        direction_accuracy=accuracy,
        direction_interval=None if accuracy is None else wilson_interval(accuracy * worth, worth),
        wis_ratio=float(wis.mean() / walk_wis.mean()) if walk_wis.mean() > 0.0 else None,
        wis_p_value=diebold_mariano(wis, walk_wis, lags),
        centre_p_value=centre_p,
        width_factor80=conformal_factor(actual, centre, quantiles, WIS_LEVELS, 80),
        independent_origins=independent,
        verdict=_range_sentence(horizon, int(held[80].sum()), len(origins), independent)
        + _centre_sentence(mase, walk_mase, centre_p),
    )


@lru_cache(maxsize=16)
def _changes(series: PriceSeries) -> Floats:
    """The running sum (n,) of the absolute one-day changes of the price."""
    return np.concatenate(([0.0], np.cumsum(np.abs(np.diff(series.adjusted_close)))))


def without_history(horizon: int) -> Backtest:
    """The record of a stock whose history is too short to check any forecast."""
    verdict = f"The price history is too short to check past {_days(horizon)} forecasts."
    return Backtest(origins=0, horizon_days=horizon, verdict=verdict)


def _days(horizon: int) -> str:
    return f"{horizon}-trading-day"


def _range_sentence(horizon: int, hits: int, origins: int, independent: float) -> str:
    forecasts = f"{origins} past {_days(horizon)} forecast{'s' if origins > 1 else ''}"
    if independent < 0.75 * origins:
        forecasts += f" (overlapping, so worth about {independent:.0f})"
    times = "once" if hits == 1 else f"{hits} times"
    return f"Over {forecasts} the price landed inside the 80% range {times} ({hits / origins:.0%})."


def _centre_sentence(mase: float | None, walk_mase: float | None, p_value: float | None) -> str:
    if mase is None or walk_mase is None:
        return " The price hardly moved, so the centre line proves nothing."
    if p_value is None or p_value >= SIGNIFICANT or walk_mase == 0.0:
        return " The centre line is no better than today's price."
    if mase < walk_mase:
        return f" The centre line was {1.0 - mase / walk_mase:.0%} closer than today's price."
    return f" The centre line was {mase / walk_mase - 1.0:.0%} further off than today's price."
