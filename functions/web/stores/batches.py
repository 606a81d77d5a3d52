"""Stores batches in Redis, for web's event loop."""

from __future__ import annotations

import json
from typing import Any, cast

from msgspec import Struct

from functions.common.config import RedisSettings
from functions.common.errors import ConflictError, DeadlineError, RequestError
from functions.common.messages.fields import Model
from functions.common.redis_client import failures_are_temporary
from functions.common.requests import batches as batch_record
from functions.common.requests import keys
from functions.common.requests.batches import BatchProgress
from functions.common.requests.record import Status
from functions.common.requests.steps import Part, Script, Steps
from functions.web.stores.batch import Batch
from functions.web.stores.requests import WebStore

AT_ONCE = 500
"""The number of members to read in one round trip."""


class Member(Struct, frozen=True):
    """A member in a table. It has a `headline` if it is done, and an `error` if it failed."""

    symbol: str
    request_id: str
    status: str
    headline: dict[str, Any]
    error: str


class BatchStore:
    """Reads and writes batches."""

    def __init__(
        self, redis: Any, settings: RedisSettings, requests: WebStore, deadline_s: float
    ) -> None:
        self._redis = redis
        self._settings = settings
        self._requests = requests
        self._deadline_s = deadline_s
        self._steps = Steps(redis, are_split=settings.cluster)
        self._accept = Script(redis, batch_record.ACCEPT)
        self._published = Script(redis, batch_record.PUBLISHED)

    async def accept(self, batch: Batch) -> None:
        """Store the batch with all members, or nothing. Storing it again changes nothing.

        Raises ConflictError if the id belongs to another batch.
        """
        members = list(batch.members())
        names = [
            keys.batch_key(batch.batch_id),
            *(keys.request_key(one.request_id) for one in members),
            keys.counts_key(keys.shard_of(batch.batch_id)),
        ]
        arguments: list[str | int] = [
            batch.digest(),
            json.dumps(batch.symbols, separators=(",", ":")),
            int(self._deadline_s * 1000),
            int((self._settings.result_ttl_s + self._deadline_s) * 1000),
            batch.batch_id,
            batch.days,
            batch.model,
            *(keys.body_of(one) for one in members),
        ]
        if await self._accept.awaited(names, arguments) == b"conflict":
            message = (
                f"The id {batch.batch_id!r} was used before for other symbols, another number of"
                " days or model. Choose another id."
            )
            raise ConflictError(message)

    async def progress(self, batch_id: str) -> BatchProgress | None:
        """The progress of the batch. After the deadline, this fails the remaining members."""
        progress = await self._progress(batch_id)
        if progress and progress.is_overdue:
            await self.fail(batch_id, DeadlineError("waiting for its turn in the batch"))
            progress = await self._progress(batch_id)
        return progress

    async def read(self, progress: BatchProgress) -> Batch:
        """The symbols, days and model of the batch."""
        key = keys.batch_key(progress.batch_id)
        with failures_are_temporary():
            symbols = await self._redis.hget(key, "symbols")
        model = cast("Model", progress.model)
        return Batch(progress.batch_id, tuple(json.loads(symbols or b"[]")), progress.days, model)

    async def members(self, batch: Batch) -> list[Member]:
        """The members in the order of the symbols, without expired ones."""
        listed = list(batch.members())
        members = []
        for first in range(0, len(listed), AT_ONCE):
            part = listed[first : first + AT_ONCE]
            pipe = self._redis.pipeline(transaction=False)
            for one in part:
                key = keys.request_key(one.request_id)
                pipe.hmget(key, "status", "headline", "error")
            with failures_are_temporary():
                found = await pipe.execute()
            for one, (status, headline, error) in zip(part, found, strict=True):
                if status is None:
                    continue
                shown = json.loads(headline) if headline else {}
                detail = json.loads(error)["detail"] if error else ""
                members.append(Member(one.symbol, one.request_id, status.decode(), shown, detail))
        return members

    async def mark_published(self, progress: BatchProgress, published: int) -> bool:
        """Record that members were handed over. Returns False if another process was faster."""
        name = keys.batch_key(progress.batch_id)
        return bool(await self._published.awaited([name], [progress.published, published]))

    async def fail(self, batch_id: str, error: RequestError) -> None:
        """Fail the members that have not ended."""
        progress = await self._progress(batch_id)
        if progress is None:
            return
        batch = await self.read(progress)
        ended = {Status.DONE.value, Status.FAILED.value}
        left = {one.request_id for one in await self.members(batch) if one.status not in ended}
        for one in batch.members():
            if one.request_id in left:
                await self._requests.fail(one, error)

    async def _progress(self, batch_id: str) -> BatchProgress | None:
        reading = Part("fields", (keys.batch_key(batch_id),), batch_record.PROGRESS_FIELDS)
        [(now, stored)] = await self._steps.awaited(reading)
        return batch_record.decode(batch_id, stored, int(now))
