"""Says so where prices ended long ago: the stock may no longer trade, or its source has stopped."""

from __future__ import annotations

from datetime import date, timedelta

from functions.common.prices.calendars import trading_days_after

MOST_SESSIONS = 10
"""Prices that lack more than these until today have ended."""
LONG = timedelta(days=60)


def sentence(symbol: str, last: date, today: date) -> str:
    """That the prices of `symbol` end on `last`; empty where that is not long before `today`."""
    missing = trading_days_after(last, min(today, last + LONG))
    if len(missing) <= MOST_SESSIONS:
        return ""
    return f"The prices of {symbol} end on {last:%B} {last.day}, {last.year}."
