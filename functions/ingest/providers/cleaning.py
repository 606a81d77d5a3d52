"""Makes one clean history of the rows a provider gives."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from functions.common.prices.history import PriceRow, is_price
from functions.common.prices.instrument import Instrument
from functions.ingest.providers import Fetched

JUMP = 1.5
"""A close this many times the last one, or its inverse, is worth a second look."""
UNREADABLE = "no date that can be read"
NO_PRICE = "no usable price"
TWICE = "a day that came twice"
FILLER = "the last close again, on a day when the exchange is closed"

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


def each(rows: Iterable[Any], read: Callable[[Any], GivenRow]) -> list[GivenRow | None]:
    """What `read` makes of each row of a provider's answer; None where it cannot be read."""

    def row_or_none(row: Any) -> GivenRow | None:
        try:
            return read(row)
        except (TypeError, KeyError, ValueError, IndexError, AttributeError):
            return None

    return [row_or_none(row) for row in rows]


def clean(
    provider: str,
    symbol: str,
    given: Iterable[GivenRow | None],
    last: date,
    instrument: Instrument,
    doubts: Sequence[str] = (),
) -> Fetched:
    """The usable rows, ascending, one a day, none later than `last`.

    Leaves out rows that could not be read (None), that have no usable adjusted close, or that
    repeat the last close on a day when the exchange is closed (by the calendar of `instrument`).
    Keeps the latest given of rows for one day. The notes are `doubts`, and what was left out.
    Other columns that make no sense become None.
    """
    by_day: dict[date, GivenRow] = {}
    left_out: dict[str, list[str]] = {}
    for one in given:
        if one is None:
            left_out.setdefault(UNREADABLE, []).append("")
        elif one.row.date > last:
            continue  # the session is still under way
        elif not is_price(one.row.adj_close):
            left_out.setdefault(NO_PRICE, []).append(one.row.date.isoformat())
        else:
            if one.row.date in by_day:
                left_out.setdefault(TWICE, []).append(one.row.date.isoformat())
            by_day[one.row.date] = one
    is_open = instrument.sessions.is_session
    days: list[date] = []
    for day in sorted(by_day):
        if days and _is_filler(by_day[days[-1]], by_day[day], is_open):
            left_out.setdefault(FILLER, []).append(day.isoformat())
        else:
            days.append(day)
    notes = (*doubts, *(_note(why, dates) for why, dates in left_out.items()))
    dropped = sum(map(len, left_out.values()))
    if dropped:
        log.warning(
            "dropped %d rows of %s from %s: %s",
            *(dropped, symbol, provider, " ".join(notes)),
            extra={"symbol": symbol, "provider": provider, "dropped": dropped},
        )
    rows = tuple(_sensible(by_day[day].row) for day in days)
    actions = tuple(day for day in days if by_day[day].has_action)
    fillers = len(left_out.get(FILLER, ()))
    return Fetched(symbol, rows, actions, dropped, fillers, notes, instrument)


def _is_filler(before: GivenRow, one: GivenRow, is_open: Callable[[date], bool]) -> bool:
    day = one.row.date
    if one.has_action or is_open(day):
        return False
    return one.row.adj_close == before.row.adj_close


def _note(why: str, dates: Sequence[str]) -> str:
    rows = "1 row was" if len(dates) == 1 else f"{len(dates)} rows were"
    latest = f" (latest: {max(dates)})" if max(dates) else ""
    return f"{rows} left out: {why}{latest}."


def jumps(rows: Sequence[PriceRow]) -> list[str]:
    """The days (ISO) on which the adjusted close jumped by the factor JUMP, up or down."""
    return [
        later.date.isoformat()
        for earlier, later in pairwise(rows)
        if not 1 / JUMP < later.adj_close / earlier.adj_close < JUMP
    ]


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
    return value if value is not None and is_price(value) else None
