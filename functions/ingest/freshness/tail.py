"""Adds the latest prices to a stored history if the older prices have not changed."""

from __future__ import annotations

from datetime import date

from functions.common.prices import notes
from functions.common.prices.history import PriceHistory, PriceRow
from functions.ingest.providers import Fetched

OVERLAP = 15
"""How many stored sessions a tail repeats. They show whether the provider has corrected prices."""
CENT = 0.01
TOLERANCE = 1e-5
"""The relative difference that rounding can cause. Never more than half a cent."""


def beginning(stored: PriceHistory) -> date:
    """The first day of the tail to fetch."""
    return stored.rows[-OVERLAP:][0].date


def extended(stored: PriceHistory, last_action: str, tail: Fetched) -> PriceHistory | None:
    """`stored`, extended by `tail`, which starts at `beginning`. None if all must be fetched again.

    All prices must be fetched again in two cases. First, the tail has a split or dividend after
    `last_action` (an ISO date, or empty), so the stored prices are not adjusted for it. Second, the
    overlap differs: a day is missing on one side, or has another close.
    """
    if any(action.isoformat() > last_action for action in tail.actions):
        return None
    known = stored.rows[-OVERLAP:]
    if len(tail.rows) < len(known) or not all(map(_agree, known, tail.rows)):
        return None
    fetched = notes.merged(stored.notes, tail.notes)
    rows = stored.rows[: -len(known)] + tail.rows
    instrument = stored.instrument if stored.instrument.calendar else tail.instrument
    return PriceHistory(stored.symbol, rows, fetched, instrument)


def _agree(known: PriceRow, fetched: PriceRow) -> bool:
    return (
        known.date == fetched.date
        and _is_equal(known.adj_close, fetched.adj_close)
        and _is_equal(known.close, fetched.close)
    )


def _is_equal(known: float | None, fetched: float | None) -> bool:
    if known is None or fetched is None:
        return known is fetched
    return abs(known - fetched) <= min(CENT / 2, TOLERANCE * known)
