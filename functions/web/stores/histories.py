"""Reads the price histories that results share (see functions/common/requests/history.py)."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from functions.common.redis_client import failures_are_temporary
from functions.common.requests import history
from functions.common.requests.keys import history_name

KEPT = 64
"""How many histories a process caches. One has 56 kB."""


class Histories:
    """Adds the history to results. Caches the last histories, because many results share one."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def whole(self, key: str, stored: bytes | None) -> bytes | None:
        """The result `stored` under `key`, with its history. None if one of them is gone."""
        if stored is None or not stored.endswith(history.APART):
            return stored
        found = await self._history(history_name(key))
        return history.joined(stored, found) if found else None

    async def _history(self, name: str) -> bytes | None:
        found = self._kept.pop(name, None)
        if found is None:
            with failures_are_temporary():
                packed = await self._redis.get(name)
            if packed is None:
                return None
            found = history.unpacked(packed)
        self._kept[name] = found
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
