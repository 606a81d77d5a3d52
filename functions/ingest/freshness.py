"""Whether a stored price history is still good enough to forecast from."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from functions.common.price_store import StoredPrices


def fresh_until(stored: StoredPrices, max_age_s: float) -> datetime:
    """When the stored prices stop being fresh: `max_age_s` after they were fetched.

    A file that does not say when, since someone else has put it there, never was.
    """
    try:
        fetched = datetime.fromisoformat(stored.fetched_at.replace("Z", "+00:00"))
    except ValueError:
        return datetime.fromtimestamp(0, timezone.utc)
    return fetched + timedelta(seconds=max_age_s)
