"""Computes a stock's daily moves and separates those that are plainly data errors.

A halt or forward-filled prices are not a calm time. An unadjusted split is not a crash. One bad
tick does not make a volatile year.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import median

import numpy as np

from functions.forecast.arrays import Flags, Floats, Ints
from functions.forecast.prices.series import PriceSeries

OUTLIER = 5.0
"""A day's move counts for at most this many deviations of the quarter before it."""

OUTLIER_WINDOW = 66
FIRST_ROWS = 22
LEAST_USUAL = 0.005
"""The detection of outliers assumes that a usual move is at least this large."""

MEDIAN_TO_DEVIATION = 1.4826
"""The ratio of a Gaussian's standard deviation to its median absolute deviation."""

LEAST_FLAT = 5
"""This many sessions in a row without a change mean that nobody traded."""

SPLITS = (2, 3, 4, 5, 10, 20)
SPLIT_TOLERANCE = 0.05
"""How far the log of a split's jump can be from the log of its factor: the day's own move."""

CRASH_TURNOVER, TURNOVER_WINDOW = 3.0, 22
"""A split does not change the traded amount of money. A crash multiplies it."""


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves (n,) of n rows. The values of row i use rows up to i, unless noted otherwise.

    `change` are log returns, the first is 0. `limit` is the largest size that a day's move counts
    for. `counts` is false for days that say nothing about volatility: the first day, splits, and
    all days of a flat stretch (even its first days, when it is not yet long enough to detect).
    `unchanged` is the number of rows for which the price has not changed. `splits` marks jumps by a
    split's factor, or by more than any such factor.
    """

    change: Floats
    limit: Floats
    counts: Flags
    unchanged: Ints
    splits: Flags

    @cached_property
    def is_flat(self) -> Flags:
        """Whether each row is in a flat stretch, judged from the rows up to it."""
        return self.unchanged >= LEAST_FLAT

    @cached_property
    def log_price(self) -> Floats:
        """The log price (n,) relative to the first row, adjusted for splits."""
        return np.cumsum(np.where(self.splits, 0.0, self.change))


def returns(adjusted_close: Floats) -> Floats:
    """Log returns (n,). The first is 0."""
    log_price = np.log(adjusted_close)
    return np.diff(log_price, prepend=log_price[:1])


@lru_cache(maxsize=16)
def of(series: PriceSeries) -> Moves:
    """The moves of a series. The last ones are cached."""
    change = returns(series.adjusted_close)
    counts, unchanged = _trading(change)
    limit = _limits(change, counts)
    splits = _is_split(change) & (np.abs(change) > limit)
    for row in np.flatnonzero(splits):
        splits[row] = not _is_traded_heavily(series, int(row))
    if splits.any():
        counts &= ~splits
        limit = _limits(change, counts)
    return Moves(change, limit, counts, unchanged, splits)


def _trading(change: Floats) -> tuple[Flags, Ints]:
    """Which rows (not the first) are outside flat stretches, and the unchanged rows so far."""
    rows = np.arange(len(change))
    stands = change == 0.0
    stands[:1] = False
    if not stands.any():
        return rows > 0, np.zeros(len(change), dtype=np.intp)
    before = np.maximum.accumulate(np.where(stands, 0, rows))
    after = np.minimum.accumulate(np.where(stands, len(change), rows)[::-1])[::-1]
    is_flat = stands & (after - before > LEAST_FLAT)
    return (rows > 0) & ~is_flat, np.where(stands, rows - before, 0)


def _limits(change: Floats, counts: Flags) -> Floats:
    """The largest size (n,) that each day's move counts for, so that outliers count less.

    The usual size of a move comes from moves that are already limited. So this limits them
    repeatedly until nothing changes. Each limit depends only on earlier days, so there is only one
    solution.
    """
    size = np.abs(change[counts])
    limited = size
    while True:
        limit = OUTLIER * np.maximum(_usual(limited), LEAST_USUAL)
        before, limited = limited, np.minimum(size, limit[:-1])
        if np.array_equal(limited, before):
            break
    # The place of the move in question, or of the next one that counts.
    place: Ints = np.cumsum(counts) - counts
    limits: Floats = limit[place]
    return limits


def _usual(sizes: Floats) -> Floats:
    """The usual size before each move (m + 1,): the deviation of the quarter before it."""
    total = np.concatenate(([0.0], np.cumsum(sizes * sizes)))
    end = np.arange(len(total))
    start = np.maximum(end - OUTLIER_WINDOW, 0)
    usual: Floats = np.sqrt(np.maximum(total - total[start], 0.0) / np.maximum(end - start, 1))
    first = sizes[: FIRST_ROWS - 1]
    usual[: FIRST_ROWS - 1] = MEDIAN_TO_DEVIATION * _median(first) if len(first) else 0.0
    return usual


def _is_split(change: Floats) -> Flags:
    size = np.abs(change)
    jumps: Flags = size > np.log(SPLITS[0]) - SPLIT_TOLERANCE
    if jumps.any():
        off = size[jumps, np.newaxis] - np.log(SPLITS)
        is_near = np.abs(off).min(axis=1) <= SPLIT_TOLERANCE
        jumps[jumps] = is_near | (off[:, -1] > SPLIT_TOLERANCE)
    return jumps


def _is_traded_heavily(series: PriceSeries, row: int) -> bool:
    """Whether far more money was traded than in the month before. False if it is not known."""
    month = slice(max(row - TURNOVER_WINDOW, 0), row + 1)
    turnover = series.volume[month] * series.close[month]
    return bool(turnover[-1] > CRASH_TURNOVER * _median(turnover[:-1]))


def _median(values: Floats) -> float:
    """The median, NaN if a value is. NumPy's would import numpy.ma, and someone waits."""
    return float("nan") if np.isnan(values).any() else median(values.tolist())


def split_of(factor: float) -> int:
    """The split's factor that is nearest to a price's `factor` or its inverse."""
    size = max(factor, 1.0 / factor)
    if size > SPLITS[-1] * np.exp(SPLIT_TOLERANCE):
        return round(size)
    return min(SPLITS, key=lambda split: abs(np.log(size / split)))
