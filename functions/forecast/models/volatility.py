"""Measures how much a stock moves, for the width of the calibrated model.

The features follow HAR (Corsi 2009): realized deviations over the last week, month, quarter and
year. Stockcast adds ten years, and the month's losses alone, which predict more than its gains
(Patton and Sheppard 2015). If open, high and low are known, a day's variance is Rogers and
Satchell's (1991) range estimator plus the squared overnight return. Otherwise, it is the squared
return.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from functions.forecast.arrays import Floats
from functions.forecast.models.moves import Moves, of
from functions.forecast.prices.series import PriceSeries

WINDOWS = (5, 22, 66, 252, 2520)
"""The number of rows of each realized deviation, or all rows if the history is shorter."""

DOWNSIDE_WINDOW = 22
LEAST_DEVIATION = 1e-4
"""The model assumes that every stock moves at least a hundredth of a percent a day."""


@lru_cache(maxsize=16)
def measures(series: PriceSeries) -> Floats:
    """Deviations of a daily log return (n, 6): over each of WINDOWS, and of the month's losses.

    From the thirtieth row on, row i uses only rows up to i. Flat stretches do not count once they
    are long enough to detect. Splits never count. The last results are cached, because a forecast,
    its backtest and the next forecast of the stock need the same ones.
    """
    moves = of(series)
    day = np.minimum(daily_deviation(series, moves.change), moves.limit)
    loss = np.clip(moves.change, -moves.limit, 0.0)
    mean_squares = _MeanSquares(moves)
    measured = np.empty((len(series), len(WINDOWS) + 1))
    total = mean_squares.totals(day)
    for column, window in enumerate(WINDOWS):
        measured[:, column] = mean_squares.over(total, window)
    measured[:, -1] = 2.0 * mean_squares.over(mean_squares.totals(loss), DOWNSIDE_WINDOW)
    measured = np.maximum(np.sqrt(measured), LEAST_DEVIATION)
    measured.flags.writeable = False
    return measured


def daily_deviation(series: PriceSeries, change: Floats) -> Floats:
    """Each day's deviation (n,), as exact as its prices allow. `change` are its log returns.

    Open, high, low and close are traded prices, but the return is adjusted. So the return minus the
    move within the day is the overnight move, without splits and dividends.
    """
    low, high = series.low, series.high
    usable = (low > 0.0) & (low <= np.minimum(series.open, series.close))
    usable &= (high >= np.maximum(series.open, series.close)) & np.isfinite(high) & (high > low)
    usable[:1] = False
    deviation = np.abs(change)
    if usable.any():
        top, bottom, opened, closed = (
            np.log(prices[usable]) for prices in (high, low, series.open, series.close)
        )
        within = (top - opened) * (top - closed) + (bottom - opened) * (bottom - closed)
        overnight = change[usable] - (closed - opened)
        deviation[usable] = np.sqrt(within + overnight * overnight)
    return deviation


class _MeanSquares:
    """The mean squares up to each row, over the last rows that count."""

    def __init__(self, moves: Moves) -> None:
        self._counts = moves.counts
        self._end = np.cumsum(moves.counts)
        # If a stretch is not yet known to be flat, its rows so far count as rows without a move.
        in_flat = ~moves.counts & ~moves.splits
        self._still = np.where(in_flat & ~moves.is_flat, moves.unchanged, 0)

    def totals(self, values: Floats) -> Floats:
        """The running sums of the squares of `values` (n,) over the rows that count."""
        counted = values[self._counts]
        return np.concatenate(([0.0], np.cumsum(counted * counted)))

    def over(self, totals: Floats, window: int) -> Floats:
        """The mean square (n,) over `window` rows, or over all rows if there are fewer."""
        moving = np.maximum(window - self._still, 0)
        start = np.maximum(self._end - moving, 0)
        rows = np.maximum(self._end - start + self._still, 1)
        mean: Floats = np.maximum(totals[self._end] - totals[start], 0.0) / rows
        return mean
