"""Trading calendars: the days on which a market has sessions.

The file `calendars.txt.gz` has the sessions of exchanges. `bench/shipped/write_calendars.py` writes
it from the library `exchange_calendars`. Stockcast does not use that library at run time, because
it imports pandas, which takes longer than a whole cold start. Each calendar is read on first use.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from functions.common.errors import StockcastError

FILE = Path(__file__).with_name("calendars.txt.gz")
EVERY_DAY, ON_WEEKDAYS, OBSERVED = "24/7", "24/5", "observed"
NEW_YORK = "XNYS"
MONDAY_TO_FRIDAY, ALL_WEEK = "12345", "1234567"
ONE_DAY = timedelta(days=1)
SESSIONS_A_YEAR = 252
OBSERVED_ROWS = 260
RARE = 0.2
"""A weekday with at most this share of the most common weekday's rows has no sessions."""

LEAST_TO_INFER = 120
MOST_MISSES = 0.01
"""The most days, as a share of the rows, by which an inferred calendar may differ from them."""

Year = tuple[str, frozenset[int]]
"""The weekdays with sessions (1 is Monday), and the exceptions, as 100 * month + day."""


class UnknownCalendarError(StockcastError, title="Unknown calendar", slug="unknown-calendar"):
    """There is no calendar with this name."""


class Calendar(Struct, frozen=True):
    """The sessions of one market.

    `close` is the local time at which a session's prices are final. Outside `years`, all
    `weekdays` count as sessions.
    """

    name: str
    zone: str
    close: time | None
    weekdays: str
    years: Mapping[int, Year] = {}

    def __hash__(self) -> int:
        return hash((self.name, self.weekdays))

    def is_session(self, day: date) -> bool:
        """Whether the market opens on `day`."""
        weekdays, otherwise = self.years.get(day.year) or (self.weekdays, frozenset())
        return (str(day.isoweekday()) in weekdays) != (100 * day.month + day.day in otherwise)

    def on_or_after(self, day: date) -> date:
        """The first session on or after `day`."""
        while not self.is_session(day):
            day += ONE_DAY
        return day

    def on_or_before(self, day: date) -> date:
        """The last session on or before `day`."""
        while not self.is_session(day):
            day -= ONE_DAY
        return day

    def after(self, last: date, until: date) -> list[date]:
        """The sessions after `last`, up to and including `until`, in ascending order."""
        days = (last + timedelta(days=offset) for offset in range(1, (until - last).days + 1))
        return [day for day in days if self.is_session(day)]

    def closes_at(self, day: date) -> datetime:
        """When the prices of the session `day` are final. Midnight if the market never closes."""
        from zoneinfo import ZoneInfo

        if self.close is None:
            return datetime.combine(day + ONE_DAY, time(0), ZoneInfo(self.zone))
        return datetime.combine(day, self.close, ZoneInfo(self.zone))

    @property
    def sessions_a_year(self) -> int:
        """The approximate number of sessions in a year: 252 for exchanges, as is usual."""
        days = len(self.weekdays)
        if days == len(ALL_WEEK):
            return 365
        return round(SESSIONS_A_YEAR * days / len(MONDAY_TO_FRIDAY))

    def knows_holidays_of(self, day: date) -> bool:
        """Whether the holidays in the year of `day` are known. True if the market has none."""
        return self.name in {EVERY_DAY, ON_WEEKDAYS, OBSERVED} or day.year in self.years


def names() -> tuple[str, ...]:
    """The names of all calendars except `observed`, which depends on the prices."""
    return (EVERY_DAY, ON_WEEKDAYS, *_lines())


@lru_cache(maxsize=64)
def named(name: str, weekdays: str = MONDAY_TO_FRIDAY) -> Calendar:
    """The calendar with this name. Only an observed calendar uses `weekdays`.

    Raises UnknownCalendarError if there is no such calendar.
    """
    if name == EVERY_DAY:
        return Calendar(name, "UTC", None, ALL_WEEK)
    if name == ON_WEEKDAYS:
        return Calendar(name, "Europe/London", None, MONDAY_TO_FRIDAY)
    if name == OBSERVED:
        return Calendar(name, "UTC", None, weekdays or MONDAY_TO_FRIDAY)
    line = _lines().get(name)
    if line is None:
        message = f"There is no calendar {name!r}. Use one of {', '.join(names())}."
        raise UnknownCalendarError(message)
    zone, close, listed = line.split("\t")
    years = {}
    for one in listed.split(" "):
        year, of_week, otherwise = one.split(":")
        years[int(year)] = of_week, frozenset(map(int, filter(None, otherwise.split(","))))
    return Calendar(name, zone, time.fromisoformat(close), years[max(years)][0], years)


def observed(dates: Iterable[date]) -> Calendar:
    """A calendar for an unknown market: the weekdays of the latest `dates`, without holidays."""
    counts = Counter(day.isoweekday() for day in sorted(dates)[-OBSERVED_ROWS:])
    least = RARE * max(counts.values(), default=0)
    weekdays = "".join(str(day) for day in sorted(counts) if counts[day] > least)
    return named(OBSERVED, weekdays)


def inferred(dates: Collection[date]) -> Calendar:
    """The calendar that matches `dates` best, or an observed one if none matches well."""
    week = observed(dates)
    if week.weekdays == ALL_WEEK:
        return named(EVERY_DAY)
    latest = sorted(dates)[-3 * OBSERVED_ROWS :]
    if len(latest) < LEAST_TO_INFER:
        return week
    held = frozenset(latest)
    fits = ((_misses(named(name), held, latest[0], latest[-1]), name) for name in names()[1:])
    misses, name = min(fits, key=lambda fit: (fit[0], fit[1] != NEW_YORK))
    return named(name) if misses <= MOST_MISSES * len(latest) else week


def _misses(calendar: Calendar, held: frozenset[date], first: date, last: date) -> int:
    return len(held.symmetric_difference(calendar.after(first - ONE_DAY, last)))


@lru_cache(maxsize=1)
def _lines() -> dict[str, str]:
    """Each calendar's line in the file, without its name."""
    _, *lines = gzip.decompress(FILE.read_bytes()).decode("ascii").splitlines()
    named_lines = (line.partition("\t") for line in lines)
    return {name: rest for name, _, rest in named_lines}
