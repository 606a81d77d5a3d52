"""Tells whoever watches a request of its changes, over one subscription a process."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from functions.common.errors import TemporaryError
from functions.common.redis_client import FAILURES
from functions.common.requests.record import CHANGES, RequestRecord, Status

HEARTBEAT_S = 15.0
RECONNECT_S = 0.5

log = logging.getLogger(__name__)


class Changes:
    """Wakes the watchers of a request when Redis publishes its id."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self.are_ending = False

    def end(self) -> None:
        """Have every stream end at once: the process is about to, and waits for open answers."""
        self.are_ending = True
        self._wake_all()

    @property
    def open_streams(self) -> int:
        """How many watch now."""
        return sum(len(watching) for watching in self._watchers.values())

    async def aclose(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    @contextmanager
    def watching(self, request_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change, as long as the context lasts."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        changed = asyncio.Event()
        self._watchers[request_id].add(changed)
        try:
            yield changed
        finally:
            self._watchers[request_id].discard(changed)
            if not self._watchers[request_id]:
                del self._watchers[request_id]

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(CHANGES)
                    self._wake_all()  # something may have changed before we listened
                    while True:
                        message = await subscription.get_message(
                            ignore_subscribe_messages=True, timeout=HEARTBEAT_S
                        )
                        if message:
                            self._wake(message["data"].decode())
            except (*FAILURES, OSError) as error:
                log.warning("lost the subscription to changes: %s", error)
                await asyncio.sleep(RECONNECT_S)

    def _wake(self, request_id: str) -> None:
        for changed in self._watchers.get(request_id, ()):
            changed.set()

    def _wake_all(self) -> None:
        for request_id in list(self._watchers):
            self._wake(request_id)


async def stream(
    changes: Changes,
    request_id: str,
    read: Callable[[str], Awaitable[RequestRecord | None]],
    document: Callable[[RequestRecord], Awaitable[bytes]],
) -> AsyncIterator[bytes]:
    """Server-sent events: one `status` for each change; the last holds the whole document.

    Stages that pass between two looks at the record are told as well, in their order. Where Redis
    does not answer, the stream ends early, and a browser asks again.
    """
    told: set[Status] = set()
    yield b"retry: 1000\n\n"
    with changes.watching(request_id) as changed, suppress(TemporaryError):
        while True:
            changed.clear()
            record = await read(request_id)
            if record is None:
                return
            for status in _untold(record, told):
                if status.is_final:
                    yield _event(await document(record))
                    return
                yield _event(json.dumps(_as_of(record, status).document()).encode())
            if changes.are_ending:
                return  # the browser connects again, to whoever answers then
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
            except (asyncio.TimeoutError, TimeoutError):
                yield b": still here\n\n"


def _untold(record: RequestRecord, told: set[Status]) -> list[Status]:
    """Statuses reached since the last look; at the first look only where the request stands."""
    reached = [status for status in Status if status in record.at_ms]
    new = [status for status in reached if status not in told]
    first_look = not told
    told.update(reached)
    return [record.status] if first_look else new


def _as_of(record: RequestRecord, status: Status) -> RequestRecord:
    """The record as it was when it reached `status`."""
    passed = list(Status)[: list(Status).index(status) + 1]
    at_ms = {one: record.at_ms[one] for one in passed if one in record.at_ms}
    return dataclasses.replace(record, status=status, at_ms=at_ms)


def _event(data: bytes) -> bytes:
    return b"event: status\ndata: " + data + b"\n\n"
