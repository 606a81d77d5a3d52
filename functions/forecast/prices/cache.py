"""Caches the last price files, so that the next forecast from them does not need S3."""

from __future__ import annotations

import threading
from collections import OrderedDict

from functions.common.prices.store import PriceStore, StoredPrices

KEPT = 16
"""How many files a process caches. A file of 25 years has 300 kB."""


class RecentPrices:
    """Reads price files by key and version. A version (ETag) never changes, so it is cached."""

    def __init__(self, prices: PriceStore) -> None:
        self._prices = prices
        self._kept: OrderedDict[tuple[str, str], StoredPrices] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, etag: str) -> StoredPrices | None:
        """Version `etag` of the file, a newer version if it was replaced, or None if it is gone."""
        with self._lock:
            known = self._kept.pop((key, etag), None)
            if known:
                self._kept[key, etag] = known
                return known
        stored = self._prices.get(key)
        if stored:
            with self._lock:
                self._kept[key, stored.etag] = stored
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return stored
