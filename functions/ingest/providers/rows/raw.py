"""Rows as a provider returns them, stored as columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import compress, count, repeat
from operator import gt, itemgetter, ne
from typing import Any

import msgspec
from msgspec import Struct, field

from functions.common.prices.history import Rows

ISO_DATE = itemgetter(slice(10))


class RawRow(msgspec.Struct, gc=False):
    """A day in a provider's answer. A subclass has the provider's names, and values of any type.

    A dividend of 0 or a split of 1 means none.
    """

    date: Any = None
    open: Any = None
    high: Any = None
    low: Any = None
    close: Any = None
    volume: Any = None
    adj_close: Any = None
    dividend: Any = 0.0
    split: Any = 1.0


NO_ROW = RawRow()
FIELDS = RawRow.__struct_fields__


class RawRows(Struct, frozen=True):
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
    def of(
        cls,
        rows: Iterable[RawRow | None],
        *,
        adjusted: str = "adj_close",
        since: date | None = None,
    ) -> RawRows:
        """The rows on and after `since`. `adjusted` names the field with adjusted closes."""
        cells = [msgspec.structs.astuple(row or NO_ROW) for row in rows]
        if not cells:
            return cls()
        days, *others = zip(*cells, strict=True)
        others[FIELDS.index("adj_close") - 1] = others[FIELDS.index(adjusted) - 1]
        dates = _days(days)
        unreadable = dates.count(None)
        columns: list[Any] = [dates, *map(_numbers, others)]
        if unreadable or since:
            first = since or date.min
            kept = [at for at, day in enumerate(dates) if day is not None and day >= first]
            columns = [[column[at] for at in kept] for column in columns]
        *prices, dividends, splits = columns
        return cls(Rows(prices), dividends, splits, unreadable)

    def actions(self) -> frozenset[int]:
        """The indexes of the rows on whose day a split or dividend takes effect."""
        paid = compress(count(), map(gt, self.dividends, repeat(0.0)))
        split = compress(count(), map(ne, self.splits, repeat(1.0)))
        return frozenset(paid) | {at for at in split if self.splits[at] > 0}


def _number(value: object) -> float:
    """A number in a JSON document, possibly as text. NaN if it is not a number."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):  # whole numbers in JSON can have any length
            return math.nan
    return math.nan


def _numbers(column: Sequence[Any]) -> list[float]:
    try:
        return msgspec.convert(column, list[float])
    except msgspec.ValidationError:
        return list(map(_number, column))


def _days(column: Sequence[Any]) -> list[date | None]:
    """The dates of ISO dates or times. None if there is no date."""
    try:
        return list(map(date.fromisoformat, map(ISO_DATE, column)))
    except (TypeError, ValueError):
        return list(map(_day, column))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(ISO_DATE(value))
    except (TypeError, ValueError):
        return None
