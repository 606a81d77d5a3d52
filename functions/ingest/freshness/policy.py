"""Whether a stored price history is still good enough to forecast from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from functions.common.prices.store import StoredPrices
from functions.ingest.providers.publication import Schedule

NEVER = datetime.fromtimestamp(0, timezone.utc)
ASK_AGAIN_AFTER = timedelta(minutes=15)
"""A provider that is late with a day's prices is asked for them no more often than this."""
COMPARED_EVERY = timedelta(days=7)
"""How often all of a history is fetched, and not just its tail."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""A time further ahead of our clock than this makes no sense."""


@dataclass(frozen=True)
class Kept:
    """Prices in S3, and until when they are fresh; stale ones are the last that could be had."""

    stored: StoredPrices
    fresh_until: datetime
    is_stale: bool = False


@dataclass(frozen=True)
class Freshness:
    """The rule: a history holds the last day that is due, and was checked within `max_age`."""

    schedule: Schedule
    max_age: timedelta

    def until(self, stored: StoredPrices, now: datetime) -> datetime:
        """When the stored prices stop being fresh; not after `now` where they no longer are.

        One that lacks the day that is due (the provider is late, or the stock no longer trades)
        is fresh for ASK_AGAIN_AFTER from when the provider was last asked. A file whose metadata
        makes no sense, since someone else has put it there, never was fresh.
        """
        fetched = checked_at(stored, now)
        if fetched is None:
            return NEVER
        oldest, calendar = fetched + self.max_age, stored.instrument.sessions
        if date.fromisoformat(stored.last_date) < self.schedule.due(now, calendar):
            return min(oldest, fetched + ASK_AGAIN_AFTER)
        following = self.schedule.next_publication(now, calendar)
        return min(oldest, following) if following else oldest


def checked_at(stored: StoredPrices, now: datetime) -> datetime | None:
    """When the provider was last asked for these prices.

    None where the metadata makes no sense: a time without an offset or in the future, dates that
    are none or in the wrong order, no rows. All of the prices are then to be fetched again.
    """
    first, last = _day(stored.first_date), _day(stored.last_date)
    if first is None or last is None or not stored.rows:
        return None
    if not first <= last <= (now + timedelta(days=1)).date():
        return None
    return _moment(stored.fetched_at, now)


def needs_comparing(stored: StoredPrices, now: datetime) -> bool:
    """Whether all of the prices should be fetched and compared, and not just their tail."""
    compared = _moment(stored.compared_at, now)
    return compared is None or now - compared >= COMPARED_EVERY


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo and moment <= now + CLOCKS_DIFFER else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
