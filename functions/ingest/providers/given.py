"""Rows as a provider gives them, in columns."""

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
    """A row as given; `row.adj_close` may be NaN. A split of 1 and a dividend of 0 are none."""

    row: PriceRow
    dividend: float = 0.0
    split: float = 1.0


@dataclass(frozen=True)
class Given:
    """Rows whose numbers may be NaN, and how many more there were without a date."""

    rows: Rows = field(default_factory=Rows)
    dividends: Sequence[float] = ()
    splits: Sequence[float] = ()
    unreadable: int = 0

    @property
    def is_unreadable(self) -> bool:
        """Whether there are rows, and none of them can be read."""
        return self.unreadable > 0 and not self.rows

    @classmethod
    def of(cls, rows: Iterable[GivenRow | None]) -> Given:
        """`rows`, of which those are None that could not be read."""
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
        """The columns of a JSON document: date, open, high, low, close, volume, adjusted close,
        dividend, split.
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
        """The numbers of the rows with which a split or a dividend takes effect."""
        told = enumerate(zip(self.dividends, self.splits, strict=True))
        return frozenset(at for at, (paid, split) in told if paid > 0 or (split > 0 and split != 1))


def number(value: object) -> float:
    """A number of a JSON document as float; NaN where there is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # JSON has whole numbers of any length
            return math.nan
    return math.nan


def decimal(value: object) -> float:
    """A number that a JSON document may have as text; NaN where there is none."""
    try:
        return float(value) if isinstance(value, str) else number(value)
    except ValueError:
        return math.nan


def each(rows: Iterable[Any], read: Callable[[Any], GivenRow]) -> list[GivenRow | None]:
    """What `read` makes of each row of a provider's answer; None where it cannot be read."""

    def row_or_none(row: Any) -> GivenRow | None:
        try:
            return read(row)
        except (TypeError, KeyError, ValueError, IndexError, AttributeError):
            return None

    return [row_or_none(row) for row in rows]


def _numbers(column: Iterable[Any]) -> list[float]:
    return [value if value.__class__ is float else number(value) for value in column]


def _days(column: Sequence[Any]) -> list[date | None]:
    """The days that ISO dates or times begin with; None where there is none."""
    try:
        return [date.fromisoformat(value[:DATE_LENGTH]) for value in column]
    except (TypeError, ValueError):
        return list(map(_day, column))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:DATE_LENGTH])
    except (TypeError, ValueError):
        return None
