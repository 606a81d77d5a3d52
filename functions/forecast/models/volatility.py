"""How much a stock moves: what the calibrated model's width is made of.

The features are those of HAR (Corsi 2009): realised deviations over the last week, month, quarter
and year, here joined by ten years, and by the month's losses alone, which foretell more than its
gains (Patton and Sheppard 2015). A day counts by Rogers and Satchell's (1991) range estimator plus
the squared overnight return where open, high and low are known, else by its squared return.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from functions.forecast.models.moves import Moves, of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from functions.forecast.prices.series import PriceSeries

WINDOWS = (5, 22, 66, 252, 2520)
"""Rows each realised deviation is taken over; over what there is where the history is shorter."""

DOWNSIDE_WINDOW = 22
LEAST_DEVIATION = 1e-4
"""No stock is held to move less than a hundredth of a percent a day."""


@lru_cache(maxsize=16)
def measures(series: PriceSeries) -> NDArray[np.float64]:
    """Deviations of a daily log return (n, 6): over each of WINDOWS, and of the month's losses.

    Row i knows rows up to i alone, from the thirtieth row on. Flat stretches are left out once
    they are known to be such, and splits at once. Those of the last series are kept: a forecast
    and its backtest want the same, and so does the next forecast of the stock.
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


def daily_deviation(series: PriceSeries, change: NDArray[np.float64]) -> NDArray[np.float64]:
    """One day's deviation (n,), as sharply as its prices tell; `change` are its log returns.

    Open, high, low and close are as traded, the return is adjusted: what the return has beyond
    the traded day is the overnight move, free of splits and dividends.
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
    """Mean squares over the last rows that count, up to each row."""

    def __init__(self, moves: Moves) -> None:
        self._counts = moves.counts
        self._end = np.cumsum(moves.counts)
        # Of a stretch not yet known to be flat, the rows so far count, as if they did not move.
        in_flat = ~moves.counts & ~moves.splits
        self._still = np.where(in_flat & ~moves.is_flat, moves.unchanged, 0)

    def totals(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of the squares of `values` (n,) over the rows that count."""
        counted = values[self._counts]
        return np.concatenate(([0.0], np.cumsum(counted * counted)))

    def over(self, totals: NDArray[np.float64], window: int) -> NDArray[np.float64]:
        """The mean square (n,) over `window` rows, or what there are."""
        moving = np.maximum(window - self._still, 0)
        start = np.maximum(self._end - moving, 0)
        rows = np.maximum(self._end - start + self._still, 1)
        mean: NDArray[np.float64] = np.maximum(totals[self._end] - totals[start], 0.0) / rows
        return mean
