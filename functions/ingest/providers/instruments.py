"""Settles where a symbol trades and in which currency, from all that is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from functions.common.prices import calendars, exchanges
from functions.common.prices.exchanges import Kind
from functions.common.prices.instrument import Instrument
from functions.ingest.providers.cleaning import GivenRow

LATEST_ROWS = 260
MOST_OUTSIDE = 0.05
"""Prices that move on more days than this share outside their calendar follow another one."""
OF_KIND = {
    Kind.CRYPTO: calendars.EVERY_DAY,
    Kind.CURRENCY: calendars.ON_WEEKDAYS,
    Kind.FUTURE: exchanges.FUTURES,
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def settled(
    symbol: str, told: Instrument, given: Iterable[GivenRow | None]
) -> tuple[Instrument, tuple[str, ...]]:
    """`told` with what it lacks, and notes about what had to be guessed.

    The calendar is that of the exchange, which the provider or the symbol names, or the main one
    in the time zone. Where neither is known, or the prices move on other days, it is the one that
    fits the days of the prices.
    """
    kind = exchanges.kind_of(symbol)
    exchange = exchanges.all_exchanges().get(told.exchange) or exchanges.of_symbol(symbol)
    name = OF_KIND.get(kind) or (exchange.calendar if exchange else "")
    name = name or exchanges.calendar_in(told.timezone)
    if not name and kind is Kind.US_LISTING and not told.timezone:
        name = calendars.NEW_YORK
    currency = told.currency or _currency(symbol) or (exchange.currency if exchange else "")
    if not currency and kind is Kind.US_LISTING and name == calendars.NEW_YORK:
        currency = "USD"
    known = replace(
        told,
        exchange=exchange.mic if exchange else told.exchange,
        calendar=name,
        currency="" if kind is Kind.INDEX else currency,
    )
    rows = sorted((one.row.date, one.row.adj_close) for one in given if one)
    moved = [day for (_, before), (day, price) in pairwise(rows) if price != before]
    if known.calendar and not _moves_outside(known, moved[-LATEST_ROWS:]):
        zone = known.timezone or known.sessions.zone
        return replace(known, timezone=zone), ()
    found = calendars.inferred(moved)
    weekdays = found.weekdays if found.name == calendars.OBSERVED else ""
    guessed = replace(known, calendar=found.name, weekdays=weekdays)
    return guessed, (_note(symbol, guessed),)


def _currency(symbol: str) -> str:
    """The second of a pair, such as USD of EURUSD=X and BTC-USD."""
    pair = exchanges.PAIR.fullmatch(symbol) or exchanges.CRYPTO.fullmatch(symbol)
    return pair.groups()[-1] if pair else ""


def _moves_outside(known: Instrument, moved: Sequence[date]) -> bool:
    outside = [day for day in moved if not known.sessions.is_session(day)]
    return len(outside) > max(2, MOST_OUTSIDE * len(moved))


def _note(symbol: str, guessed: Instrument) -> str:
    calendar = guessed.calendar
    if calendar == calendars.OBSERVED:
        days = [WEEKDAYS[int(number) - 1] for number in guessed.weekdays]
        calendar = f"sessions on {', '.join(days)}, without holidays"
    return f"The trading calendar of {symbol} is not known; its prices suggest {calendar}."
