"""Rows as a provider returns them, stored as columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from functions.common.prices.history import PriceRow, Rows

DATE_LENGTH = 10


@dataclass(frozen=True)
class GivenRow:
    """A raw row. `row.adj_close` can be NaN. A split of 1 or a dividend of 0 means none."""

    row: PriceRow
    dividend: float = 0.0
    split: float = 1.0


@dataclass(frozen=True)
class Given:
    """Raw rows, whose numbers can be NaN, and the number of rows without a readable date."""

    rows: Rows = field(default_factory=Rows)
    dividends: Sequence[float] = ()
    splits: Sequence[float] = ()
    unreadable: int = 0

    @property
    def is_unreadable(self) -> bool:
        """Whether there are rows but none of them is readable."""
        return self.unreadable > 0 and not self.rows

    @classmethod
    def of(cls, rows: Iterable[GivenRow | None]) -> Given:
        """From rows. An unreadable row is None."""
        listed = list(rows)
        readable = [one for one in listed if one is not None]
        return cls(
            Rows.of(one.row for one in readable),
            [one.dividend for one in readable],
            [one.split for one in readable],
            len(listed) - len(readable),
        )

    @classmethod
    def in_columns(cls, columns: Iterable[Sequence[Any]]) -> Given:
        """From the columns of a JSON document.

        Their order is date, open, high, low, close, volume, adjusted close, dividend, split.
        """
        days, *others = columns
        dates = _days(days)
        numbers = [_numbers(column) for column in others]
        unreadable = dates.count(None)
        if unreadable:
            kept = [at for at, day in enumerate(dates) if day is not None]
            numbers = [[column[at] for at in kept] for column in numbers]
            dates = [dates[at] for at in kept]
        *prices, dividends, splits = numbers
        return cls(Rows((dates, *prices)), dividends, splits, unreadable)

    def actions(self) -> frozenset[int]:
        """The indexes of the rows on whose day a split or dividend takes effect."""
        told = enumerate(zip(self.dividends, self.splits, strict=True))
        return frozenset(at for at, (paid, split) in told if paid > 0 or (split > 0 and split != 1))


def number(value: object) -> float:
    """A number in a JSON document as a float. NaN if it is not a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # whole numbers in JSON can have any length
            return math.nan
    return math.nan


def decimal(value: object) -> float:
    """A number in a JSON document, possibly as text. NaN if it is not a number."""
    try:
        return float(value) if isinstance(value, str) else number(value)
    except ValueError:
        return math.nan


def each(rows: Iterable[Any], read: Callable[[Any], GivenRow]) -> list[GivenRow | None]:
    """`read` applied to each row of a provider's answer. None for an unreadable row."""

    def row_or_none(row: Any) -> GivenRow | None:
        try:
            return read(row)
        except (TypeError, KeyError, ValueError, IndexError, AttributeError):
            return None

    return [row_or_none(row) for row in rows]


def _numbers(column: Iterable[Any]) -> list[float]:
    return [value if value.__class__ is float else number(value) for value in column]


def _days(column: Sequence[Any]) -> list[date | None]:
    """The dates of ISO dates or times. None if there is no date."""
    try:
        return [date.fromisoformat(value[:DATE_LENGTH]) for value in column]
    except (TypeError, ValueError):
        return list(map(_day, column))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:DATE_LENGTH])
    except (TypeError, ValueError):
        return None
