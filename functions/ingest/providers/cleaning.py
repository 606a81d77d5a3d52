"""Makes one clean history of the rows a provider gives."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from functions.common.prices.history import PriceRow
from functions.ingest.providers import Fetched

JUMP = 1.5
"""A close this many times the last one, or its inverse, is worth a second look."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GivenRow:
    """A row as given; `row.adj_close` may be NaN. A split of 1 and a dividend of 0 are none."""

    row: PriceRow
    dividend: float = 0.0
    split: float = 1.0

    @property
    def has_action(self) -> bool:
        return self.dividend > 0 or (self.split > 0 and self.split != 1)


def number(value: object) -> float:
    """A number of a JSON document as float; NaN where there is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:  # JSON has whole numbers of any length
            return math.nan
    return math.nan


def clean(provider: str, symbol: str, given: Iterable[GivenRow], last: date) -> Fetched:
    """The usable rows, ascending, one a day, none later than `last`.

    Rows whose adjusted close is no positive number are dropped, as is all but the latest given
    of rows for one day; other columns that make no sense become None. Drops are logged.
    """
    by_day: dict[date, GivenRow] = {}
    seen = 0
    for one in given:
        seen += 1
        if one.row.date <= last and _is_price(one.row.adj_close):
            by_day[one.row.date] = one
    days = sorted(by_day)
    rows = tuple(_sensible(by_day[day].row) for day in days)
    dropped = seen - len(rows)
    if dropped:
        log.warning(
            "dropped %d of %d rows of %s from %s: no usable adjusted close, given twice, or early",
            *(dropped, seen, symbol, provider),
            extra={"symbol": symbol, "provider": provider, "dropped": dropped},
        )
    actions = tuple(day for day in days if by_day[day].has_action)
    return Fetched(symbol, rows, actions, dropped)


def jumps(rows: Sequence[PriceRow]) -> list[str]:
    """The days (ISO) on which the adjusted close jumped by the factor JUMP, up or down."""
    return [
        later.date.isoformat()
        for earlier, later in pairwise(rows)
        if not 1 / JUMP < later.adj_close / earlier.adj_close < JUMP
    ]


def _is_price(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _sensible(row: PriceRow) -> PriceRow:
    volume = row.volume
    return replace(
        row,
        open=_price_or_none(row.open),
        high=_price_or_none(row.high),
        low=_price_or_none(row.low),
        close=_price_or_none(row.close),
        volume=volume if volume is not None and math.isfinite(volume) and volume >= 0 else None,
    )


def _price_or_none(value: float | None) -> float | None:
    return value if value is not None and _is_price(value) else None
