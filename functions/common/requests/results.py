"""Results and charts in Redis, by key (see keys.py)."""

from __future__ import annotations

from typing import Any

from functions.common.config import RedisSettings
from functions.common.messages import charts
from functions.common.redis_client import failures_are_temporary
from functions.common.requests import history
from functions.common.requests.keys import chart_name, history_name, result_name
from functions.common.requests.parts import Parts


class ResultStore:
    """Stores results for RESULT_TTL plus a margin, so that they outlive requests that need them."""

    def __init__(self, redis: Any, settings: RedisSettings) -> None:
        self._redis = redis
        self._ttl_ms = Parts(settings).result_ttl_ms
        self._history_ttl_ms = Parts(settings).history_ttl_ms

    def put(self, key: str, result: bytes) -> None:
        with failures_are_temporary():
            self._redis.set(result_name(key), result, px=self._ttl_ms)
            self._redis.pexpire(history_name(key), self._history_ttl_ms)

    def replace(self, key: str, result: bytes) -> None:
        """Replace a result and delete the old one's charts."""
        self.put(key, result)
        with failures_are_temporary():
            self._redis.delete(*(chart_name(key, variant) for variant in charts.VARIANTS))

    def get(self, key: str) -> bytes | None:
        """The result with its history. None if one of them is gone."""
        result = self.stored(key)
        if result is None or not result.endswith(history.APART):
            return result
        with failures_are_temporary():
            packed = self._redis.get(history_name(key))
        return history.joined(result, history.unpacked(packed)) if packed else None

    def stored(self, key: str) -> bytes | None:
        """The result as it is stored. Its history may be apart (see history.py)."""
        with failures_are_temporary():
            result: bytes | None = self._redis.get(result_name(key))
        return result

    def put_chart(self, key: str, picture: bytes, variant: charts.Variant = charts.DEFAULT) -> None:
        with failures_are_temporary():
            self._redis.set(chart_name(key, variant), picture, px=self._ttl_ms)

    def has_chart(self, key: str, variant: charts.Variant = charts.DEFAULT) -> bool:
        with failures_are_temporary():
            return bool(self._redis.exists(chart_name(key, variant)))
