"""New York Stock Exchange trading days.

The holidays stand in `nyse_holidays.txt`, written by `bench/write_nyse_holidays.py` from the
`holidays` package (whose import alone would take half a second of every cold start).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from functions.common.errors import StockcastError

FIRST_YEAR = 1950
LAST_YEAR = 2060
SATURDAY = 5


class OutsideCalendarError(StockcastError):
    """A date lies outside the years the holiday file covers."""

    title = "Outside the trading calendar"
    slug = "outside-calendar"


@lru_cache(maxsize=1)
def holidays() -> frozenset[date]:
    """Weekdays on which the exchange was, is or will be closed, FIRST_YEAR to LAST_YEAR."""
    text = Path(__file__).with_name("nyse_holidays.txt").read_text(encoding="ascii")
    return frozenset(date.fromisoformat(line) for line in text.split() if line[0] != "#")


def is_trading_day(day: date) -> bool:
    """Whether the exchange opens on `day`."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = f"{day} is outside the trading calendar ({FIRST_YEAR} to {LAST_YEAR})."
        raise OutsideCalendarError(message)
    return day.weekday() < SATURDAY and day not in holidays()


def on_or_after(day: date) -> date:
    """The first trading day that is not before `day`."""
    while not is_trading_day(day):
        day += timedelta(days=1)
    return day


def on_or_before(day: date) -> date:
    """The last trading day that is not after `day`."""
    while not is_trading_day(day):
        day -= timedelta(days=1)
    return day


def trading_days_after(last: date, until: date) -> list[date]:
    """Trading days later than `last`, up to and including `until`, ascending."""
    span = (until - last).days
    days = (last + timedelta(days=offset) for offset in range(1, span + 1))
    return [day for day in days if is_trading_day(day)]
