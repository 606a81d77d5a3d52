"""Describes what looks like a data error in a price history, in whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from functions.forecast.arrays import Flags
from functions.forecast.models import moves
from functions.forecast.models.moves import Moves
from functions.forecast.prices.series import PriceSeries, in_words

TICK = 8.0
"""A jump of this many deviations that the next session undoes counts as a bad tick."""

LEFT_OVER = 0.2
"""The largest share of a jump that can remain after the next session undoes it."""

MOST_TOLD = 3
"""Only the latest of each kind get a sentence. One sentence counts the others."""


@lru_cache(maxsize=16)
def notes(series: PriceSeries) -> tuple[str, ...]:
    """Sentences about bad ticks, flat stretches and unadjusted splits, each with its date."""
    of_series = moves.of(series)
    ticks, is_undone = _ticks(of_series)
    splits = np.flatnonzero(of_series.splits & ~is_undone).tolist()
    return (
        *_told([_tick(series, row) for row in ticks], "bad ticks"),
        *_told([_flat(series, *rows) for rows in _stretches(of_series)], "flat stretches"),
        *_told([_split(series, row) for row in splits], "likely splits"),
    )


def _told(sentences: Sequence[str], kind: str) -> list[str]:
    earlier = len(sentences) - MOST_TOLD
    more = [f"The prices have {earlier} more {kind} before these."] if earlier > 0 else []
    return [*sentences[-MOST_TOLD:], *more]


def _ticks(of_series: Moves) -> tuple[list[int], Flags]:
    """The rows of bad ticks, and which rows jump to a bad tick or back from it."""
    change = of_series.change
    jump = np.abs(change[:-1])
    is_tick = jump > of_series.limit[:-1] * (TICK / moves.OUTLIER)
    is_tick &= np.abs(change[:-1] + change[1:]) <= LEFT_OVER * jump
    is_tick[1:] &= ~is_tick[:-1]  # the way back is not another tick
    either = np.zeros(len(change), dtype=bool)
    either[:-1] |= is_tick
    either[1:] |= is_tick
    return np.flatnonzero(is_tick).tolist(), either


def _stretches(of_series: Moves) -> list[tuple[int, int]]:
    """The first and last row without a change in each flat stretch."""
    last = np.flatnonzero(np.diff(np.append(of_series.is_flat, False).astype(int)) == -1)
    return [(int(row - of_series.unchanged[row] + 1), int(row)) for row in last]


def _day(series: PriceSeries, row: int) -> str:
    return in_words(series.dates[row].item())


def _tick(series: PriceSeries, row: int) -> str:
    price = series.adjusted_close
    factor = float(price[row] / price[row - 1])
    return (
        f"On {_day(series, row)} the price was {factor:.2g} times that of the days around"
        " it. This looks like a bad tick: it does not widen the ranges."
    )


def _flat(series: PriceSeries, first: int, last: int) -> str:
    begin, end = _day(series, first), _day(series, last)
    return (
        f"The price did not change for {last - first + 1} sessions, from {begin} to {end}."
        " The ranges do not count them as calm."
    )


def _split(series: PriceSeries, row: int) -> str:
    price = series.adjusted_close
    factor = float(price[row] / price[row - 1])
    told = moves.split_of(factor)
    came = f"rose to {told} times" if factor > 1 else f"fell to 1/{told} of"
    is_last = row == len(price) - 1
    cause = ", or like a bad tick: the forecast starts from this price, but" if is_last else ":"
    return (
        f"On {_day(series, row)} the price {came} that of the day before. This looks like"
        f" a split that the prices are not adjusted for{cause} it does not widen the ranges."
    )
