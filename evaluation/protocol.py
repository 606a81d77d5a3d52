"""The evaluation protocol of docs/model.md: forecasts each series from many past days and scores
the forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from functions.forecast import models
from functions.forecast.arrays import Floats, Ints
from functions.forecast.models.moves import returns
from functions.forecast.prices.series import PriceSeries
from functions.forecast.scoring import random_walk
from functions.forecast.scoring.scores import WIS_LEVELS, inside, weighted_interval_score

WALK = "walk"
"""The benchmark: a Gaussian random walk with the standard deviation of three training years."""

TRAINING_ROWS = random_walk.WINDOW
FEWEST_TRAINING_ROWS = 252
COVERAGES = (50, 80, 95)
REGIME_ROWS = 22
REGIMES = 3


@dataclass(frozen=True)
class Protocol:
    """The settings of an evaluation. `horizons` are trading days, ascending.

    `since` and `until` are ISO dates. They limit the dates of the forecasts, if given.
    """

    models: tuple[str, ...]
    horizons: tuple[int, ...]
    origins: int
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of one model, series and horizon at n origins, averaged over the horizon.

    `wis` and `error` (n,) are in units of the price at the origin. `held` (n, 3) are the shares of
    outcomes inside the intervals of COVERAGES. `below` (n, 23) are the shares of outcomes at or
    below each quantile.
    """

    wis: Floats
    error: Floats
    held: Floats
    below: Floats


@dataclass(frozen=True, eq=False)
class Evaluated:
    """One series: scores by model and horizon, and the volatility tercile of each origin (n,)."""

    symbol: str
    regimes: Ints
    scores: dict[tuple[str, int], Scores]


def choose_origins(series: PriceSeries, protocol: Protocol) -> Ints:
    """The rows to forecast from, evenly spaced. Series with the same dates get the same rows.

    The first origin comes after three years of prices, or after one year if the series is short.
    The array is empty if the series is even shorter, or has no rows between the given dates.
    """
    rows = len(series)
    stop = rows
    if protocol.until is not None:
        stop = int(np.searchsorted(series.dates, np.datetime64(protocol.until), side="right"))
    last = stop - 1 - max(protocol.horizons)
    first = TRAINING_ROWS if last >= TRAINING_ROWS else FEWEST_TRAINING_ROWS
    if protocol.since is not None:
        first = max(first, int(np.searchsorted(series.dates, np.datetime64(protocol.since))))
    if last < first:
        return np.empty(0, dtype=np.intp)
    return np.unique(np.round(np.linspace(first, last, protocol.origins)).astype(np.intp))


def evaluate(series: PriceSeries, protocol: Protocol) -> Evaluated:
    """Run each model and the random walk on `series`."""
    origins = choose_origins(series, protocol)
    longest = max(protocol.horizons)
    steps = np.arange(1, longest + 1)
    actual = series.adjusted_close[origins[:, np.newaxis] + steps]
    anchor = series.adjusted_close[origins]
    scores = {}
    for name in (WALK, *protocol.models):
        quantiles, centre = _forecasts(name, series, origins, steps)
        for horizon in protocol.horizons:
            scores[name, horizon] = _score(
                actual[:, :horizon], quantiles[:, :horizon], centre[:, :horizon], anchor
            )
    return Evaluated(series.symbol, regimes(series, origins), scores)


def regimes(series: PriceSeries, origins: Ints) -> Ints:
    """Each origin's tercile (0 calm to 2 stressed), by the stock's returns in the last month."""
    squared = np.concatenate(([0.0], np.cumsum(returns(series.adjusted_close) ** 2)))
    recent = squared[origins + 1] - squared[origins + 1 - REGIME_ROWS]
    ranks = recent.argsort(kind="stable").argsort(kind="stable")
    return ranks * REGIMES // max(len(origins), 1)


def _forecasts(name: str, series: PriceSeries, origins: Ints, steps: Ints) -> tuple[Floats, Floats]:
    """Quantiles (n, s, 23) and centers (n, s). At each origin, a model sees only the past."""
    if name == WALK:
        log_price = np.log(series.adjusted_close)
        quantiles = random_walk.RandomWalk(log_price).quantiles(origins, steps, WIS_LEVELS)
        return quantiles, np.repeat(series.adjusted_close[origins, np.newaxis], len(steps), axis=1)
    model = models.named(name)
    predictions = [
        model.forecast(series.until(row + 1), series.dates[row + steps], WIS_LEVELS)
        for row in origins
    ]
    return (
        np.array([each.quantiles for each in predictions]),
        np.array([each.centre for each in predictions]),
    )


def _score(actual: Floats, quantiles: Floats, centre: Floats, anchor: Floats) -> Scores:
    held = [inside(actual, quantiles, WIS_LEVELS, each).mean(axis=1) for each in COVERAGES]
    wis = weighted_interval_score(actual, quantiles, WIS_LEVELS).mean(axis=1)
    return Scores(
        wis=wis / anchor,
        error=np.abs(actual - centre).mean(axis=1) / anchor,
        held=np.stack(held, axis=1),
        below=(actual[..., np.newaxis] <= quantiles).mean(axis=1),
    )
