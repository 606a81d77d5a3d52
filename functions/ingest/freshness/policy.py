"""Whether a stored price history is still good enough to forecast from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from functions.common.prices.store import StoredPrices
from functions.ingest.providers.publication import Schedule

NEVER = datetime.fromtimestamp(0, timezone.utc)
ASK_AGAIN_AFTER = timedelta(minutes=15)
"""A provider that is late with a day's prices is asked for them no more often than this."""


@dataclass(frozen=True)
class Freshness:
    """The rule: a history holds the last day that is due, and was checked within `max_age`."""

    schedule: Schedule
    max_age: timedelta

    def until(self, stored: StoredPrices, now: datetime) -> datetime:
        """When the stored prices stop being fresh; not after `now` where they no longer are.

        One that lacks the day that is due (the provider is late, or the stock no longer trades)
        is fresh for ASK_AGAIN_AFTER from when the provider was last asked. A file that does not
        say when it was fetched, since someone else has put it there, never was fresh.
        """
        fetched, last = checked_at(stored), last_date(stored)
        if fetched is None or last is None:
            return NEVER
        oldest, calendar = fetched + self.max_age, stored.instrument.sessions
        if last < self.schedule.due(now, calendar):
            return min(oldest, fetched + ASK_AGAIN_AFTER)
        following = self.schedule.next_publication(now, calendar)
        return min(oldest, following) if following else oldest


def checked_at(stored: StoredPrices) -> datetime | None:
    """When the provider was last asked for these prices; None: not known."""
    try:
        return datetime.fromisoformat(stored.fetched_at.replace("Z", "+00:00"))
    except ValueError:
        return None


def last_date(stored: StoredPrices) -> date | None:
    """The last day the stored prices hold; None: not known."""
    try:
        return date.fromisoformat(stored.last_date)
    except ValueError:
        return None
