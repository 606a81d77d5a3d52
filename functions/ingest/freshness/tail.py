"""Adds the latest prices to a stored history, where older ones have not changed by them."""

from __future__ import annotations

from datetime import date

from functions.common.prices import notes
from functions.common.prices.history import PriceHistory, PriceRow
from functions.ingest.providers import Fetched

OVERLAP = 15
"""How many stored sessions a tail begins with: what a provider mends later is seen in them."""
CENT = 0.01
TOLERANCE = 1e-5
"""Relative, and never more than half a cent: what rounding may do to a price."""


def beginning(stored: PriceHistory) -> date:
    """The day from which a tail is to be fetched."""
    return stored.rows[-OVERLAP:][0].date


def extended(stored: PriceHistory, last_action: str, tail: Fetched) -> PriceHistory | None:
    """`stored` with the days of `tail`, which starts at its `beginning`; None: fetch all again.

    All is to be fetched where the tail has a split or dividend that the stored prices are not
    adjusted for (they know those up to `last_action`, an ISO date or empty), or where any of the
    days that both have is missing in one of them or has another close.
    """
    if any(action.isoformat() > last_action for action in tail.actions):
        return None
    known = stored.rows[-OVERLAP:]
    if len(tail.rows) < len(known) or not all(map(_agree, known, tail.rows)):
        return None
    told = notes.merged(stored.notes, tail.notes)
    rows = stored.rows[: -len(known)] + tail.rows
    instrument = stored.instrument if stored.instrument.calendar else tail.instrument
    return PriceHistory(stored.symbol, rows, told, instrument)


def _agree(known: PriceRow, told: PriceRow) -> bool:
    return (
        known.date == told.date
        and _is_equal(known.adj_close, told.adj_close)
        and _is_equal(known.close, told.close)
    )


def _is_equal(known: float | None, told: float | None) -> bool:
    if known is None or told is None:
        return known is told
    return abs(known - told) <= min(CENT / 2, TOLERANCE * known)
