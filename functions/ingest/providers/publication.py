"""When a provider should have a day's prices, by the calendar of the New York Stock Exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from functions.common.prices import calendars as trading_calendar

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Schedule:
    """A trading day's prices are there at `publishes` (New York); none come after `ends`."""

    publishes: time
    ends: date | None = None

    def due(self, now: datetime) -> date:
        """The last trading day whose prices should be there by `now` (aware)."""
        local = now.astimezone(NEW_YORK)
        today = local.date()
        if local.time() < self.publishes:
            today -= timedelta(days=1)
        day = trading_calendar.on_or_before(today)
        return min(day, self.ends) if self.ends else day

    def next_publication(self, now: datetime) -> datetime | None:
        """When the next trading day's prices should be there; None: never."""
        if self.ends and self.due(now) >= self.ends:
            return None
        day = trading_calendar.on_or_after(self._day_after_due(now))
        return datetime.combine(day, self.publishes, NEW_YORK)

    def _day_after_due(self, now: datetime) -> date:
        return self.due(now) + timedelta(days=1)
