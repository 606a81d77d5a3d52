"""Works out where a symbol trades, and in which currency, from all known facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice, pairwise

from msgspec.structs import replace

from functions.common.prices import calendars, exchanges
from functions.common.prices.exchanges import Kind
from functions.common.prices.history import Rows
from functions.common.prices.instrument import Instrument

LATEST_ROWS = 260
MOST_OUTSIDE = 0.05
"""If prices move on a larger share of days outside their calendar, the calendar is wrong."""
OF_KIND = {
    Kind.CRYPTO: calendars.EVERY_DAY,
    Kind.CURRENCY: calendars.ON_WEEKDAYS,
    Kind.FUTURE: exchanges.FUTURES,
}


def completed(symbol: str, facts: Instrument, rows: Rows) -> Instrument:
    """`facts`, with its missing facts filled in.

    The calendar belongs to the exchange that the provider or the symbol names, or to the main
    exchange in the time zone. If none is known, or if prices move on other days, the calendar is
    inferred from the dates of the prices.
    """
    kind = exchanges.kind_of(symbol)
    exchange = exchanges.all_exchanges().get(facts.exchange) or exchanges.of_symbol(symbol)
    name = OF_KIND.get(kind) or (exchange.calendar if exchange else "")
    name = name or exchanges.calendar_in(facts.timezone)
    if not name and kind is Kind.US_LISTING and not facts.timezone:
        name = calendars.NEW_YORK
    currency = (
        facts.currency
        or exchanges.currency_of_pair(symbol)
        or (exchange.currency if exchange else "")
    )
    if not currency and kind is Kind.US_LISTING and name == calendars.NEW_YORK:
        currency = "USD"
    known = replace(
        facts,
        exchange=exchange.mic if exchange else facts.exchange,
        calendar=name,
        currency="" if kind is Kind.INDEX else currency,
    )
    latest_first: Iterable[tuple[date, float]]
    latest_first = zip(reversed(rows.dates), reversed(rows.adj_close), strict=True)
    if not rows.ascend:
        latest_first = sorted(latest_first, reverse=True)
    moves = (day for (day, price), (_, before) in pairwise(latest_first) if price != before)
    moved = list(islice(moves, LATEST_ROWS))
    if known.calendar and not _moves_outside(known, moved):
        zone = known.timezone or known.sessions.zone
        return replace(known, timezone=zone)
    found = calendars.inferred([*moved, *moves])
    weekdays = found.weekdays if found.name == calendars.OBSERVED else ""
    return replace(known, calendar=found.name, weekdays=weekdays, is_guessed=True)


def _moves_outside(known: Instrument, moved: Sequence[date]) -> bool:
    is_open = known.sessions.is_session
    outside = [day for day in moved if not is_open(day)]
    return len(outside) > max(2, MOST_OUTSIDE * len(moved))
