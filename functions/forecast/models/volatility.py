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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from functions.forecast.prices.series import PriceSeries

WINDOWS = (5, 22, 66, 252, 2520)
"""Rows each realised deviation is taken over; over what there is where the history is shorter."""

DOWNSIDE_WINDOW = 22
LEAST_DEVIATION = 1e-4
"""No stock is held to move less than a hundredth of a percent a day."""

OUTLIER = 4.0
"""A day counts for at most this many deviations of the quarter before it."""

OUTLIER_WINDOW = 66
FIRST_ROWS = 22
LEAST_USUAL = 0.005
"""A day's usual move is taken to be at least this when outliers are told: after a long halt."""

MEAN_TO_ROOT_MEAN_SQUARE = 1.2533
"""The ratio of a Gaussian's standard deviation to its mean absolute deviation."""


def returns(adjusted_close: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log returns (n,), the first one 0."""
    log_price = np.log(adjusted_close)
    return np.diff(log_price, prepend=log_price[:1])


@lru_cache(maxsize=16)
def measures(series: PriceSeries) -> NDArray[np.float64]:
    """Deviations of a daily log return (n, 6): over each of WINDOWS, and of the month's losses.

    Row i knows rows up to i alone, from the thirtieth row on. Those of the last series are kept:
    a forecast and its backtest want the same, and so does the next forecast of the stock.
    """
    change = returns(series.adjusted_close)
    limit = _limits(change)
    loss = np.clip(change, -limit, 0.0)
    day = np.minimum(daily_deviation(series), limit)
    columns = [_root_mean_square(day, window) for window in WINDOWS]
    columns.append(np.sqrt(2.0) * _root_mean_square(loss, DOWNSIDE_WINDOW))
    measured = np.maximum(np.stack(columns, axis=1), LEAST_DEVIATION)
    measured.flags.writeable = False
    return measured


def daily_deviation(series: PriceSeries) -> NDArray[np.float64]:
    """One day's deviation (n,), as sharply as its prices tell; the first is 0.

    Open, high, low and close are as traded, the return is adjusted: what the return has beyond
    the traded day is the overnight move, free of splits and dividends.
    """
    change = returns(series.adjusted_close)
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


def _limits(change: NDArray[np.float64]) -> NDArray[np.float64]:
    """The most each day's move counts for (n,): earnings and errors are not the usual width."""
    rows = len(change)
    usual = np.empty(rows)
    first = np.abs(change[1:FIRST_ROWS])
    usual[:FIRST_ROWS] = MEAN_TO_ROOT_MEAN_SQUARE * first.mean() if len(first) else 0.0
    usual[FIRST_ROWS:] = _root_mean_square(change, OUTLIER_WINDOW)[FIRST_ROWS - 1 : -1]
    limits: NDArray[np.float64] = OUTLIER * np.maximum(usual, LEAST_USUAL)
    return limits


def _root_mean_square(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Over the last `window` rows up to each row, leaving out row 0, which has no return."""
    total = np.cumsum(values * values)
    rows = np.arange(len(values))
    before = np.maximum(rows - window, 0)
    mean = (total - total[before]) / np.maximum(rows - before, 1)
    root: NDArray[np.float64] = np.sqrt(np.maximum(mean, 0.0))
    return root
