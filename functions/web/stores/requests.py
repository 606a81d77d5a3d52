"""Requests and results in Redis, for web's event loop."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from redis import asyncio as aioredis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from functions.common.config import RedisSettings
from functions.common.errors import (
    DeadlineError,
    RequestError,
    StockcastError,
    TemporaryError,
)
from functions.common.messages.events import ForecastRequested
from functions.common.problems import from_error
from functions.common.redis_client import (
    CONNECT_TIMEOUT_S,
    CONNECTIONS,
    REPLY_TIMEOUT_S,
    failures_are_temporary,
)
from functions.common.requests import backlog, metrics, missing_prices
from functions.common.requests import record as request_record
from functions.common.requests import results as result_store
from functions.common.requests.record import RequestRecord, Source, Status
from functions.common.requests.store import Moved, advance_arguments
from functions.web.limits import rates as rate_limit
from functions.web.limits.rates import UNLIMITED, Rate

ADMIT = rate_limit.LUA + "return exceeded(ARGV[1], {unpack(ARGV, 2)})"
"""KEYS: the counters. ARGV: how much to count, and their limits. Answers which is exceeded."""

LATEST = (
    rate_limit.LUA
    + metrics.LUA
    + """
local refused = exceeded(1, {unpack(ARGV, 3)})
if refused > 0 then return refused end
local found = redis.call('GET', KEYS[#KEYS - 1])
if found and ARGV[1] ~= '' then
  add(1, 'accepted', ARGV[1])
  add(1, 'done', ARGV[1], ARGV[2])
  keep_counts()
end
return found
"""
)
"""KEYS: the counters of submissions, if they are limited, the latest result of a question, and the
counts. ARGV: kind and model as they are counted (empty: not counted), where the result is from, and
the limits.

Answers with what the last key but one holds, or which limit is exceeded.
"""
OVERLOADED_AGAIN_S = 3.0


class OverloadedError(TemporaryError):
    """More requests wait than can be answered soon."""

    title = "Too busy"
    slug = "overloaded"

    def __init__(self, most: int) -> None:
        message = f"{most} requests wait already; ask again in a few seconds."
        super().__init__(message, retry_after_s=OVERLOADED_AGAIN_S)


@dataclass(frozen=True)
class Latest:
    """The newest fresh result for a question, and the request it was computed for."""

    request_id: str
    result_key: str


def connect(settings: RedisSettings) -> Any:
    """An asynchronous client of the Redis (or Redis Cluster) at `settings.url`."""
    options: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": REPLY_TIMEOUT_S,
    }
    if settings.cluster:
        return aioredis.RedisCluster.from_url(settings.url, **options)
    # Whoever finds no connection free waits for one; the usual pool raises an error instead.
    pool = aioredis.BlockingConnectionPool.from_url(
        settings.url,
        **options,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 2),
        max_connections=CONNECTIONS,
        timeout=REPLY_TIMEOUT_S,
    )
    return aioredis.Redis.from_pool(pool)


class WebStore:
    """What web reads and writes. `clock` gives the time in epoch seconds."""

    def __init__(
        self, redis: Any, settings: RedisSettings, clock: Callable[[], float] = time.time
    ) -> None:
        self._redis = redis
        self._settings = settings
        self._clock = clock

    async def admit(self, rate: Rate, *, cost: int = 1) -> None:
        """Count a submission of a client, and of all unless it is refused already.

        ThrottledError above one of the limits.
        """
        if not rate.limits():
            return
        now = self._clock()
        counters = rate.counters(now)
        with failures_are_temporary():
            evaluated: Awaitable[int] = self._redis.eval(
                ADMIT, len(counters), *counters, cost, *rate.limits()
            )
            exceeded = await evaluated
        if exceeded:
            raise rate.refusal(exceeded, now)

    async def latest(
        self, requested: ForecastRequested, rate: Rate, *, counts: bool
    ) -> Latest | None:
        """A fresh result for an equal question, if there is one; the submission is admitted first.

        Where finding it answers the question, it `counts` as a request that is done.
        """
        if self._settings.cluster:  # where the counters lie elsewhere
            await self.admit(rate)
            rate = UNLIMITED
        now = self._clock()
        name = result_store.latest_name(requested)
        kept = metrics.key_of(metrics.shard_of(result_store.asked_key(requested)))
        keys = (*rate.counters(now), name, kept)
        asked = metrics.kind_and_model(requested) if counts else ""
        with failures_are_temporary():
            evaluated: Awaitable[bytes | int | None] = self._redis.eval(
                LATEST, len(keys), *keys, asked, Source.LATEST.value, *rate.limits()
            )
            found = await evaluated
        if isinstance(found, int):
            raise rate.refusal(found, now)
        return Latest(**json.loads(found)) if found else None

    async def enter_backlog(self, request_id: str, most: int) -> None:
        """Let the request wait. OverloadedError where `most` wait already (0: no limit)."""
        if most == 0:
            return
        now_ms = int(self._clock() * 1000)
        deadline_ms = now_ms + int(self._settings.request_deadline_s * 1000)
        with failures_are_temporary():
            evaluated: Awaitable[int] = self._redis.eval(
                backlog.ENTER, 1, backlog.KEY, now_ms, deadline_ms, request_id, most
            )
            has_entered = await evaluated
        if not has_entered:
            raise OverloadedError(most)

    async def leave_backlog(self, request_id: str) -> None:
        """The request does not wait any more."""
        with failures_are_temporary():
            await self._redis.zrem(backlog.KEY, request_id)

    async def advance(
        self, requested: ForecastRequested, status: Status, *, reason: str = "", **fields: str
    ) -> Status | None:
        """Move a request on; the status that stood instead where it was there or further.

        `reason` is counted: where the result is from, or why there is none. ConflictError where
        the id stands for another request.
        """
        arguments = advance_arguments(
            requested, status, reason, fields, self._settings, self._clock()
        )
        keys = request_record.advance_keys(requested.request_id)
        with failures_are_temporary():
            evaluated: Awaitable[list[bytes]] = self._redis.eval(
                request_record.ADVANCE, len(keys), *keys, *arguments
            )
            answer = await evaluated
        if status.is_final and backlog.holds(requested.request_id):
            await self.leave_backlog(requested.request_id)
        return Moved.read(requested, answer).stands_at

    async def fail(self, requested: ForecastRequested, error: RequestError) -> None:
        """End a request as failed, unless it has ended."""
        await self.advance(
            requested, Status.FAILED, reason=error.slug, error=json.dumps(from_error(error))
        )

    async def read(self, request_id: str) -> RequestRecord | None:
        """The request; one whose deadline has passed is failed by being read."""
        record = await self._read(request_id)
        if record and record.is_overdue(int(self._clock() * 1000)):
            await self.fail(record.requested, DeadlineError(record.status.value))
            record = await self._read(request_id)
        return record

    async def result(self, key: str) -> bytes | None:
        """A result's JSON."""
        with failures_are_temporary():
            result: bytes | None = await self._redis.get(result_store.result_name(key))
        return result

    async def chart(self, key: str) -> bytes | None:
        """A result's PNG."""
        with failures_are_temporary():
            png: bytes | None = await self._redis.get(result_store.chart_name(key))
        return png

    async def count_dead_letter(self, event_type: str) -> None:
        """Count an event that nobody took."""
        await self._count(f"dead|{event_type}")

    async def counts(self) -> Counter[str]:
        """Everything that is counted, see `metrics`."""
        pipe = self._redis.pipeline(transaction=False)
        for key in metrics.every_key():
            pipe.hgetall(key)
        with failures_are_temporary():
            shards = await pipe.execute()
        counts: Counter[str] = Counter()
        for shard in shards:
            counts.update({name.decode(): int(value) for name, value in shard.items()})
        return counts

    async def missing_prices(self, symbol: str) -> StockcastError | None:
        """Why the symbol's prices did not come when they were asked for a moment ago."""
        with failures_are_temporary():
            note = await self._redis.get(missing_prices.note_name(symbol))
        return missing_prices.noted(note) if note else None

    async def ping(self) -> None:
        """Raise TemporaryError while Redis does not answer."""
        with failures_are_temporary():
            await self._redis.ping()

    async def _count(self, *names: str) -> None:
        key = metrics.key_of(metrics.UNRELATED)
        pipe = self._redis.pipeline(transaction=False)
        for name in names:
            pipe.hincrby(key, name, 1)
        pipe.pexpire(key, metrics.TTL_MS)
        with failures_are_temporary():
            await pipe.execute()

    async def _read(self, request_id: str) -> RequestRecord | None:
        with failures_are_temporary():
            stored = await self._redis.hgetall(request_record.request_key(request_id))
        return request_record.decode(request_id, stored)
