"""Caches fresh prices for a moment, so that a burst of requests asks S3 once per stock."""

from __future__ import annotations

import time

from functions.ingest.freshness.policy import Kept

SEEN_S = 1.0
MOST = 256


class RecentlyFresh:
    """Keeps each entry for SEEN_S.

    If prices are replaced in S3 within that time, nothing goes wrong, because forecast reads the
    prices itself. If they are removed, a request can fail. That can also happen without the cache.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, Kept]] = {}

    def get(self, key: str) -> Kept | None:
        seen = self._seen.get(key)
        return seen[1] if seen and time.monotonic() - seen[0] < SEEN_S else None

    def put(self, key: str, kept: Kept) -> None:
        if len(self._seen) >= MOST:
            self._seen = {}
        self._seen[key] = time.monotonic(), kept
