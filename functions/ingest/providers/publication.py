"""When a provider publishes a day's prices."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from functions.common.prices.calendars import ONE_DAY, Calendar


class Schedule(Struct, frozen=True):
    """Prices of a session are available `lag` after its close. None come after `ends`."""

    lag: timedelta
    ends: date | None = None

    def due(self, now: datetime, calendar: Calendar) -> date:
        """The last session whose prices should be available at `now` (with time zone)."""
        day = calendar.on_or_before(now.astimezone(ZoneInfo(calendar.zone)).date())
        while calendar.closes_at(day) + self.lag > now:
            day = calendar.on_or_before(day - ONE_DAY)
        return min(day, self.ends) if self.ends else day

    def next_publication(self, now: datetime, calendar: Calendar) -> datetime | None:
        """When the next session's prices should be available. None if never."""
        due = self.due(now, calendar)
        if self.ends and due >= self.ends:
            return None
        return calendar.closes_at(calendar.on_or_after(due + ONE_DAY)) + self.lag
