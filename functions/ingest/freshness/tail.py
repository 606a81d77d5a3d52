"""Adds the latest prices to a stored history, where older ones have not changed by them."""

from __future__ import annotations

from functions.common.prices import notes
from functions.common.prices.history import PriceHistory
from functions.ingest.providers import Fetched

CENT = 0.01
TOLERANCE = 1e-5
"""Relative, and never more than half a cent: what rounding may do to an adjusted close."""


def extended(stored: PriceHistory, last_action: str, tail: Fetched) -> PriceHistory | None:
    """`stored` with the days of `tail`, which begins at its last day; None: fetch all anew.

    All is to be fetched where the tail has a split or dividend that the stored prices are not
    adjusted for (they know those up to `last_action`, an ISO date or empty), or does not begin
    with the stored last day, or gives another adjusted close for it.
    """
    last = stored.rows[-1]
    if any(action.isoformat() > last_action and action >= last.date for action in tail.actions):
        return None
    if not tail.rows or tail.rows[0].date != last.date:
        return None
    difference = abs(tail.rows[0].adj_close - last.adj_close)
    if difference > min(CENT / 2, TOLERANCE * last.adj_close):
        return None
    told = notes.merged(stored.notes, tail.notes)
    known = stored.instrument if stored.instrument.calendar else tail.instrument
    return PriceHistory(stored.symbol, stored.rows[:-1] + tail.rows, told, known)
