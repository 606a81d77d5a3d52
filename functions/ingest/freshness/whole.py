"""Decides whether a newly fetched history may replace the stored one."""

from __future__ import annotations

from datetime import date, timedelta

from functions.common.errors import BadAnswerError
from functions.common.prices.store import StoredPrices
from functions.ingest.providers import Fetched

MOST_LOST = 0.1
"""The share of the stored rows that a new history may lack."""
MUCH_LATER = timedelta(days=90)


class WorseError(BadAnswerError):
    """A provider has fewer prices of a symbol than are stored."""


def losses(fetched: Fetched, stored: StoredPrices) -> str:
    """What `fetched` lacks compared with the stored prices, in words. Empty if that is little.

    Rows that were left out because the exchange was closed do not count.
    """
    rows = len(fetched.rows) + fetched.fillers
    if rows < (1 - MOST_LOST) * stored.rows:
        return f"{rows} rows instead of {stored.rows}"
    first, last = fetched.rows[0].date, fetched.rows[-1].date
    if first > date.fromisoformat(stored.first_date) + MUCH_LATER:
        return f"nothing before {first} instead of {stored.first_date}"
    if last < date.fromisoformat(stored.last_date):
        return f"nothing after {last} instead of {stored.last_date}"
    return ""


def refusal(fetched: Fetched, today: date) -> str:
    """The note about a refused history that is stored with the old prices: "DAY ROWS FIRST"."""
    return f"{today} {len(fetched.rows)} {fetched.rows[0].date}"


def was_refused_before(fetched: Fetched, refused: str, today: date) -> bool:
    """Whether a history like `fetched` was `refused` on an earlier day, so it is no accident."""
    try:
        day, rows, first = refused.split()
        return (
            date.fromisoformat(day) < today
            and len(fetched.rows) >= int(rows)
            and fetched.rows[0].date.isoformat() == first
        )
    except ValueError:
        return False
