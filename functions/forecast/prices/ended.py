"""Says if prices ended long ago, because the stock or its data source may have stopped."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from functions.common.prices.calendars import Calendar
from functions.forecast.prices.series import PriceSeries, in_words

MOST_SESSIONS = 10
"""If more sessions than this are missing until today, the prices have ended."""
LONG = timedelta(days=60)


@lru_cache(maxsize=16)
def sentence(series: PriceSeries, today: date) -> str:
    """The sentence that names the last day, or "" if that is not long before `today`."""
    last: date = series.dates[-1].item()
    if _missing(series.instrument.sessions, last, min(today, last + LONG)) <= MOST_SESSIONS:
        return ""
    return f"The prices of {series.symbol} end on {in_words(last)}."


@lru_cache(maxsize=16)
def _missing(sessions: Calendar, last: date, until: date) -> int:
    return len(sessions.after(last, until))


def days_since(last: date, today: date) -> int:
    """The age of prices in days, up to the age at which their sentence no longer changes."""
    return min(max(today - last, timedelta(0)), LONG).days
