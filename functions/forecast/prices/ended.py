"""Says so where prices ended long ago: the stock may no longer trade, or its source has stopped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.forecast.prices.series import PriceSeries

MOST_SESSIONS = 10
"""Prices that lack more than these until today have ended."""
LONG = timedelta(days=60)


def sentence(series: PriceSeries, today: date) -> str:
    """On which day the prices end; empty where that is not long before `today`."""
    last: date = series.dates[-1].item()
    missing = series.instrument.sessions.after(last, min(today, last + LONG))
    if len(missing) <= MOST_SESSIONS:
        return ""
    return f"The prices of {series.symbol} end on {last:%B} {last.day}, {last.year}."


def days_since(last: date, today: date) -> int:
    """The age of prices, as far as it changes what is said of them."""
    return min(max(today - last, timedelta(0)), LONG).days
