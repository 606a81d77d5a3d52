"""Decides whether a stored price history is still fresh enough to forecast from."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from msgspec import Struct

from functions.common.prices.store import StoredPrices
from functions.ingest.providers.publication import Schedule

NEVER = datetime.fromtimestamp(0, timezone.utc)
ASK_AGAIN_AFTER = timedelta(minutes=15)
"""How often to ask a provider again that is late with a day's prices."""
COMPARED_EVERY = timedelta(days=7)
"""How often to fetch a whole history instead of just its tail."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""A time that is further ahead of our clock than this is invalid."""


class Kept(Struct, frozen=True):
    """Prices in S3, and until when they are fresh. If `is_stale`, newer ones were not available."""

    stored: StoredPrices
    fresh_until: datetime
    is_stale: bool = False


class Freshness(Struct, frozen=True):
    """The rule: a history is fresh if it has the last due day and was checked within `max_age`."""

    schedule: Schedule
    max_age: timedelta

    def until(self, stored: StoredPrices, now: datetime) -> datetime:
        """When the stored prices stop being fresh. At or before `now` if they are not fresh.

        If the history lacks the due day (the provider is late, or the stock no longer trades), it
        stays fresh for ASK_AGAIN_AFTER after the provider was last asked. A file with invalid
        metadata, which someone else must have written, is never fresh.
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

    None if the metadata is invalid: a time in the future or without an offset, invalid dates,
    dates in the wrong order, or no rows. The whole history must then be fetched again.
    """
    first, last = _day(stored.first_date), _day(stored.last_date)
    if first is None or last is None or not stored.rows:
        return None
    if not first <= last <= (now + timedelta(days=1)).date():
        return None
    return _in_the_past(stored.fetched_at, now)


def needs_comparing(stored: StoredPrices, now: datetime) -> bool:
    """Whether to fetch and compare the whole history instead of just its tail."""
    compared = _in_the_past(stored.compared_at, now)
    return compared is None or now - compared >= COMPARED_EVERY


def moment(text: str) -> datetime | None:
    """The time that an ISO 8601 text stands for. None if it is invalid or has no offset."""
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo else None


def _in_the_past(text: str, now: datetime) -> datetime | None:
    read = moment(text)
    return read if read and read <= now + CLOCKS_DIFFER else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
