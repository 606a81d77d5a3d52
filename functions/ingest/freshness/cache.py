"""Prices that were fresh in S3 a moment ago, so that a burst of requests asks it once a stock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.ingest.freshness.policy import Kept

SEEN_S = 1.0
MOST = 256


class RecentlyFresh:
    """Keeps what was seen under a key for SEEN_S; `elapsed` is a monotonic clock in seconds.

    Prices that are replaced in S3 within that time do no harm, since forecast reads them itself; a
    request for some that are removed in it may fail, as when they go just after ingest has looked.
    """

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._seen: dict[str, tuple[float, Kept]] = {}

    def get(self, key: str) -> Kept | None:
        seen = self._seen.get(key)
        return seen[1] if seen and self._elapsed() - seen[0] < SEEN_S else None

    def put(self, key: str, kept: Kept) -> None:
        if len(self._seen) >= MOST:
            self._seen = {}
        self._seen[key] = self._elapsed(), kept
