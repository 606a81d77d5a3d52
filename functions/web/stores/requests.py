"""Stores requests and results in Redis, for web's event loop."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from redis.asyncio.client import Redis
from redis.asyncio.connection import BlockingConnectionPool
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from functions.common.config import RedisSettings
from functions.common.errors import (
    DeadlineError,
    RequestError,
    StockcastError,
    TemporaryError,
)
from functions.common.messages.charts import Variant
from functions.common.messages.events import ForecastRequested
from functions.common.problems import from_error
from functions.common.redis_client import (
    CONNECT_TIMEOUT_S,
    CONNECTIONS,
    REPLY_TIMEOUT_S,
    failures_are_temporary,
)
from functions.common.requests import keys, missing_prices, parts
from functions.common.requests.parts import Parts
from functions.common.requests.record import RequestRecord, Source, Status, decode
from functions.common.requests.steps import Part, Steps
from functions.common.requests.turn import Moved
from functions.web.stores.histories import Histories

OVERLOADED_AGAIN_S = 3.0


class OverloadedError(TemporaryError):
    """Too many requests are waiting."""

    title = "Too busy"
    slug = "overloaded"

    def __init__(self, most: int) -> None:
        message = f"{most} requests are already waiting. Try again in a few seconds."
        super().__init__(message, retry_after_s=OVERLOADED_AGAIN_S)


class Rate(Protocol):
    """The limits of a client. See limits/rates.py."""

    def counting(self, cost: int = 1) -> list[Part]: ...

    def check(self, reply: Sequence[int]) -> None: ...


class Submitted(Struct, frozen=True):
    """The outcome of a submission: the request that answers it, its status, and its new record."""

    request_id: str
    status: Status
    record: RequestRecord | None = None


def connect(settings: RedisSettings) -> Any:
    """An asynchronous client of the Redis (or Redis Cluster) at `settings.url`."""
    options: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": REPLY_TIMEOUT_S,
    }
    if settings.cluster:
        from redis.asyncio.cluster import RedisCluster

        return RedisCluster.from_url(settings.url, **options)
    # If no connection is free, this pool waits. The default pool raises an error instead.
    pool = BlockingConnectionPool.from_url(
        settings.url,
        **options,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 2),
        max_connections=CONNECTIONS,
        timeout=REPLY_TIMEOUT_S,
    )
    return Redis.from_pool(pool)


class WebStore:
    """Reads and writes requests, results and counts."""

    def __init__(self, redis: Any, settings: RedisSettings) -> None:
        self._redis = redis
        self._steps = Steps(redis, are_split=settings.cluster)
        self._parts = Parts(settings)
        self._histories = Histories(redis)

    async def admit(self, rate: Rate, *, cost: int = 1) -> None:
        """Count a submission toward the limits. Raises ThrottledError above one of them."""
        if counting := rate.counting(cost):
            rate.check((await self._steps.awaited(*counting))[0])

    async def latest_id(self, requested: ForecastRequested) -> str:
        """The id of the request with the latest result of an equal question, or ""."""
        found = await self._redis.get(keys.latest_name(requested))
        return found.decode().partition(" ")[0].rpartition(":")[2] if found else ""

    async def submit(
        self, requested: ForecastRequested, rate: Rate, *, most_waiting: int, has_own_id: bool
    ) -> Submitted:
        """Count a submission, then answer it with the latest equal result or accept it.

        If the result of the request has expired, the request is accepted again.

        Raises ThrottledError above a limit, OverloadedError if `most_waiting` requests are waiting
        (0 means no limit), ConflictError if the id belongs to another request.
        """
        counting = rate.counting()
        is_split = self._steps.are_split
        latest = self._parts.latest(
            requested,
            Source.LATEST.value,
            counts=not has_own_id,
            looks=not has_own_id and not is_split,
        )
        accepting = self._accepting(requested, most_waiting)
        names = [part.name for part in (*counting, latest, *accepting)]
        replies = await self._steps.awaited(*counting, latest, *accepting)
        came = dict(zip(names, replies, strict=False))
        if counting:
            rate.check(came["admit"])
        found = came.get("latest")
        if found and is_split and not has_own_id and not await self._is_done(found):
            names = [part.name for part in accepting]
            came = dict(zip(names, await self._steps.awaited(*accepting), strict=False))
            found = None
        if found:
            pointed, _, result_key = found.decode().rpartition(" ")
            return await self._known(requested, pointed, result_key, has_own_id=has_own_id)
        moved = self._accepted(requested, came, most_waiting)
        if moved.stands_at is Status.DONE and await self.result(moved.result_key) is None:
            again = (parts.forget(requested.request_id, moved.result_key), *accepting)
            names = [part.name for part in again]
            came = dict(zip(names, await self._steps.awaited(*again), strict=False))
            moved = self._accepted(requested, came, most_waiting)
        if most_waiting and moved.stands_at and moved.stands_at.is_final:
            await self.leave_backlog(requested.request_id)
        if moved.stands_at:
            return Submitted(requested.request_id, moved.stands_at)
        at_ms = moved.now_ms
        record = RequestRecord(
            requested, Status.QUEUED, at_ms, moved.deadline_ms, {Status.QUEUED: at_ms}
        )
        return Submitted(requested.request_id, Status.QUEUED, record)

    async def _is_done(self, pointer: bytes) -> bool:
        """Whether the request is done that a result was computed for."""
        request_id = pointer.decode().partition(" ")[0].rpartition(":")[2]
        record = await self.read(request_id)
        return record is not None and record.status is Status.DONE

    async def _known(
        self, requested: ForecastRequested, pointed: str, result_key: str, *, has_own_id: bool
    ) -> Submitted:
        """Answer a submission with an existing result."""
        if not has_own_id:
            return Submitted(pointed.rpartition(":")[2], Status.DONE)
        ending = self._parts.advance(
            requested, Status.DONE, reason=Source.LATEST.value, result_key=result_key
        )
        left = parts.left(requested.request_id)
        moved = Moved.read(requested, (await self._steps.awaited(ending, *left))[0])
        if moved.stands_at is Status.DONE and await self.result(moved.result_key) is None:
            forgetting = parts.forget(requested.request_id, moved.result_key)
            moved = Moved.read(requested, (await self._steps.awaited(forgetting, ending))[1])
        return Submitted(requested.request_id, moved.stands_at or Status.DONE)

    def _accepting(self, requested: ForecastRequested, most_waiting: int) -> list[Part]:
        entering = [self._parts.enter(requested.request_id, most_waiting)] if most_waiting else []
        return [*entering, self._parts.advance(requested, Status.QUEUED)]

    @staticmethod
    def _accepted(
        requested: ForecastRequested, came: Mapping[str, Any], most_waiting: int
    ) -> Moved:
        if came.get("enter") == 0:
            raise OverloadedError(most_waiting)
        return Moved.read(requested, came["advance"])

    async def leave_backlog(self, request_id: str) -> None:
        """Remove the request from the waiting ones."""
        await self._steps.awaited(*parts.left(request_id))

    async def advance(
        self, requested: ForecastRequested, status: Status, *, reason: str = "", **fields: str
    ) -> Status | None:
        """Set a later status. If the request is already there or further, return its status.

        `reason` is counted: the source of the result, or the reason for the failure.
        Raises ConflictError if the id belongs to another request.
        """
        left = parts.left(requested.request_id) if status.is_final else []
        step = self._parts.advance(requested, status, reason=reason, **fields)
        replies = await self._steps.awaited(step, *left)
        return Moved.read(requested, replies[0]).stands_at

    async def fail(self, requested: ForecastRequested, error: RequestError) -> None:
        """Fail a request, unless it has already ended."""
        await self.advance(
            requested, Status.FAILED, reason=error.slug, error=json.dumps(from_error(error))
        )

    async def read(self, request_id: str) -> RequestRecord | None:
        """Read the request. If its deadline has passed, this fails it."""
        return (await self.read_with_result(request_id, with_result=False))[0]

    async def read_with_result(
        self, request_id: str, *, with_result: bool = True
    ) -> tuple[RequestRecord | None, bytes | None]:
        """Read the request and its result. Both may be None."""
        reading = parts.read(request_id, with_result=with_result and not self._steps.are_split)
        [(now, stored, result)] = await self._steps.awaited(reading)
        record = decode(request_id, stored)
        if record and record.is_overdue(int(now)):
            await self.fail(record.requested, DeadlineError(record.status.value))
            [(_, stored, result)] = await self._steps.awaited(reading)
            record = decode(request_id, stored)
        if record and record.result_key and with_result:
            if self._steps.are_split:
                result = await self.result(record.result_key)
            else:
                result = await self._histories.whole(record.result_key, result)
        return record, result

    async def result(self, key: str) -> bytes | None:
        """The JSON of a result, with its history."""
        with failures_are_temporary():
            stored: bytes | None = await self._redis.get(keys.result_name(key))
        return await self._histories.whole(key, stored)

    async def chart(self, key: str, variant: Variant) -> bytes | None:
        """The chart of a result."""
        with failures_are_temporary():
            picture: bytes | None = await self._redis.get(keys.chart_name(key, variant))
        return picture

    async def count_dead_letter(self, event_type: str) -> None:
        """Count an event that could not be delivered."""
        counts = keys.counts_key(keys.UNRELATED)
        await self._steps.awaited(Part("count", (counts,), (f"dead|{event_type}",)))

    async def counts(self) -> Counter[str]:
        """All counts. See `metrics`."""
        pipe = self._redis.pipeline(transaction=False)
        for key in keys.every_counts_key():
            pipe.hgetall(key)
        with failures_are_temporary():
            shards = await pipe.execute()
        counts: Counter[str] = Counter()
        for shard in shards:
            counts.update({name.decode(): int(value) for name, value in shard.items()})
        return counts

    async def missing_prices(self, symbol: str) -> StockcastError | None:
        """The reason why the symbol's prices could not be fetched a moment ago, if any."""
        with failures_are_temporary():
            note = await self._redis.get(missing_prices.note_name(symbol))
        return missing_prices.noted(note) if note else None

    async def ping(self) -> None:
        """Raise TemporaryError while Redis does not answer."""
        with failures_are_temporary():
            await self._redis.ping()
