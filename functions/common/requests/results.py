"""Results and charts in Redis, under a key derived from what was asked and the prices used.

stockcast:result:{KEY}    the result, JSON
stockcast:chart:{KEY}     its chart, PNG
stockcast:latest:{SHARD}:ASKED
                          {"request_id", "result_key"} of the newest fresh result for ASKED
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from functions.common.config import RedisSettings
from functions.common.messages.events import ForecastRequested
from functions.common.redis_client import failures_are_temporary
from functions.common.requests import metrics
from functions.common.requests.record import body_of


def asked_key(requested: ForecastRequested) -> str:
    """The same for equal questions, whoever asks."""
    return hashlib.sha256(body_of(requested).encode()).hexdigest()[:32]


def result_key(requested: ForecastRequested, etag: str, version: str) -> str:
    """The same for equal questions about the same prices, answered by the same model version."""
    parts = "\n".join([body_of(requested), etag, version])
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def result_name(key: str) -> str:
    return f"stockcast:result:{{{key}}}"


def chart_name(key: str) -> str:
    return f"stockcast:chart:{{{key}}}"


def latest_name(requested: ForecastRequested) -> str:
    """Its hash tag is that of the counts which finding it adds to."""
    asked = asked_key(requested)
    return f"stockcast:latest:{{{metrics.shard_of(asked)}}}:{asked}"


class ResultStore:
    """Keeps results for RESULT_TTL, a little longer than the requests that point to them."""

    def __init__(self, redis: Any, settings: RedisSettings) -> None:
        self._redis = redis
        self._ttl_ms = int((settings.result_ttl_s + 2 * settings.request_deadline_s) * 1000)
        self._result_ttl_s = settings.result_ttl_s

    def put(self, key: str, result: bytes) -> None:
        with failures_are_temporary():
            self._redis.set(result_name(key), result, px=self._ttl_ms)

    def replace(self, key: str, result: bytes) -> None:
        """Put a result in another's place, whose chart goes with it."""
        self.put(key, result)
        with failures_are_temporary():
            self._redis.delete(chart_name(key))

    def get(self, key: str) -> bytes | None:
        """The result, and its life begins anew: a request is about to point to it."""
        with failures_are_temporary():
            result: bytes | None = self._redis.getex(result_name(key), px=self._ttl_ms)
        return result

    def put_chart(self, key: str, png: bytes) -> None:
        with failures_are_temporary():
            self._redis.set(chart_name(key), png, px=self._ttl_ms)

    def has_chart(self, key: str) -> bool:
        with failures_are_temporary():
            return bool(self._redis.exists(chart_name(key)))

    def remember_latest(
        self, requested: ForecastRequested, key: str, *, fresh_for_s: float
    ) -> None:
        """Let web answer equal requests with this result while its prices are fresh."""
        ttl_s = min(fresh_for_s, self._result_ttl_s)
        if ttl_s < 1:
            return
        value = json.dumps({"request_id": requested.request_id, "result_key": key})
        with failures_are_temporary():
            self._redis.set(latest_name(requested), value, px=int(ttl_s * 1000))
