"""Cleans the rows that a provider returns."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from itertools import compress, count
from math import inf
from operator import eq, itemgetter, truediv
from sys import float_info

from functions.common.prices.calendars import Calendar
from functions.common.prices.history import HIGHEST, LOWEST, Rows, are_within
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.ingest.providers import Fetched
from functions.ingest.providers.rows.instruments import completed
from functions.ingest.providers.rows.minor_units import in_whole_units
from functions.ingest.providers.rows.raw import RawRows

JUMP = 1.5
"""A close that is this many times the previous one, or its inverse, is suspicious."""
UNREADABLE = "no readable date"
NO_PRICE = "no usable price"
TWICE = "another row for the same day"
FILLER = "the last close again, on a day when the exchange is closed"

log = logging.getLogger(__name__)


def clean(
    provider: str,
    symbol: str,
    raw: RawRows,
    last: Callable[[Calendar], date],
    facts: Instrument = UNKNOWN,
    *,
    currency: str = "",
    doubts: Sequence[str] = (),
) -> Fetched:
    """The usable rows, in ascending order, one per day, in whole units of their currency.

    `facts` are the provider's facts about the symbol, and `currency` is its code of the currency.
    `last` returns the last day to keep. Leaves out rows that are unreadable, have no usable
    adjusted close, or repeat the last close on a day when the exchange is closed. If a day has
    several rows, keeps the last one given. The notes are `doubts` and a summary of what was left
    out. Invalid values in other columns become None.
    """
    instrument = completed(symbol, facts, raw.rows)
    raw, units = in_whole_units(provider, symbol, currency, raw)
    acting, calendar = raw.actions(), instrument.sessions
    chosen, left_out = _chosen(raw, last(calendar), acting, calendar.is_session)
    notes = (*units, *doubts, *(_note(why, days) for why, days in left_out.items()))
    dropped = sum(map(len, left_out.values()))
    if dropped:
        log.warning(
            "dropped %d rows of %s from %s: %s",
            *(dropped, symbol, provider, " ".join(notes)),
            extra={"symbol": symbol, "provider": provider, "dropped": dropped},
        )
    dates, *prices, volume, adjusted = _only(raw.rows, chosen).columns
    usable = (_within(column, LOWEST, HIGHEST) for column in prices)
    rows = Rows((dates, *usable, _within(volume, 0.0, float_info.max), adjusted))
    actions = tuple(compress(dates, map(acting.__contains__, chosen)))
    fillers = len(left_out.get(FILLER, ()))
    return Fetched(symbol, rows, actions, dropped, fillers, notes, instrument)


def _chosen(
    raw: RawRows, last: date, acting: Collection[int], is_open: Callable[[date], bool]
) -> tuple[Sequence[int], dict[str, list[str]]]:
    """The rows to keep, in ascending order, and the days of the other rows, by reason."""
    dates, prices = raw.rows.dates, raw.rows.adj_close
    repeats = compress(count(1), map(eq, prices[1:], prices))
    if (
        raw.rows.ascend
        and not raw.unreadable
        and are_within(prices, LOWEST, HIGHEST)
        and all(at in acting or is_open(dates[at]) for at in repeats)
    ):
        return range(bisect_right(dates, last)), {}
    left_out: dict[str, list[str]] = {}
    if raw.unreadable:
        left_out[UNREADABLE] = [""] * raw.unreadable
    chosen: list[int] = []
    before = (date.min, -inf)
    for at, day, price in _ascending(raw.rows):
        if day > last:
            break  # the session is still under way
        if not LOWEST <= price <= HIGHEST:
            left_out.setdefault(NO_PRICE, []).append(day.isoformat())
            continue
        if day == before[0]:
            left_out.setdefault(TWICE, []).append(day.isoformat())
            chosen.pop()
        elif price == before[1] and at not in acting and not is_open(day):
            left_out.setdefault(FILLER, []).append(day.isoformat())
            continue
        chosen.append(at)
        before = day, price
    return chosen, left_out


def _ascending(rows: Rows) -> Iterable[tuple[int, date, float]]:
    """Index, date and price of the rows, by date. Rows of one day stay in the given order."""
    given = zip(count(), rows.dates, rows.adj_close)
    return given if rows.ascend else sorted(given, key=itemgetter(1))


def _only(rows: Rows, chosen: Sequence[int]) -> Rows:
    if isinstance(chosen, range):
        return rows[: len(chosen)]
    return Rows([column[at] for at in chosen] for column in rows.columns)


def _note(why: str, dates: Sequence[str]) -> str:
    rows = "1 row was" if len(dates) == 1 else f"{len(dates)} rows were"
    latest = f" (latest: {max(dates)})" if max(dates) else ""
    return f"{rows} left out: {why}{latest}."


def jumps(rows: Rows) -> list[str]:
    """The days (ISO) on which the adjusted close rose or fell by the factor JUMP or more."""
    return [
        rows.dates[at].isoformat()
        for at, rise in enumerate(map(truediv, rows.adj_close[1:], rows.adj_close), start=1)
        if not 1 / JUMP < rise < JUMP
    ]


def _within(column: Sequence[float], least: float, most: float) -> Sequence[float | None]:
    """The values from `least` to `most`, and None instead of others."""
    if are_within(column, least, most):
        return column
    return [value if least <= value <= most else None for value in column]
