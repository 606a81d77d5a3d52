"""Streams the changes of requests to clients. Each process has one subscription to Redis."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import TemporaryError
from functions.common.redis_client import FAILURES
from functions.common.requests.record import CHANGES, RequestRecord, Status

HEARTBEAT_S = 15.0
RECONNECT_S = 0.5

log = logging.getLogger(__name__)


class Change(Struct, frozen=True):
    """A change of a request. Only `done` has a `result_key`."""

    status: Status
    at_ms: int
    result_key: str = ""


class Watch:
    """Collects the changes of one request or batch until it is closed."""

    def __init__(self, close: Callable[[Watch], None]) -> None:
        self._changed = asyncio.Event()
        self._close = close
        self._heard: list[Change] = []
        self._has_missed = False

    def hear(self, change: Change | None) -> None:
        """Add a change, or None if changes may be missing."""
        if change is None:
            self._has_missed = True
        else:
            self._heard.append(change)
        self._changed.set()

    async def wait(self) -> None:
        """Wait until there is a change to take."""
        await self._changed.wait()

    async def next(self, at_most_s: float) -> tuple[list[Change], bool]:
        """The next changes, and whether some may be missing. Waits `at_most_s` seconds for one."""
        # Much cheaper than asyncio.wait_for, which creates a task.
        timer = asyncio.get_running_loop().call_later(at_most_s, self._changed.set)
        await self._changed.wait()
        timer.cancel()
        taken = self._heard, self._has_missed
        self.clear()
        return taken

    def clear(self) -> None:
        """Forget the collected changes."""
        self._heard, self._has_missed = [], False
        self._changed.clear()

    def close(self) -> None:
        self._close(self)


class Changes:
    """Passes each change that Redis publishes to the watchers of its request."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._watchers: dict[str, set[Watch]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self.are_ending = False

    def end(self) -> None:
        """End all streams, because the process stops only after all answers have ended."""
        self.are_ending = True
        self._wake_all()

    @property
    def open_streams(self) -> int:
        """The number of open watches."""
        return sum(len(watching) for watching in self._watchers.values())

    async def aclose(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    def watch(self, name: str) -> Watch:
        """Watch a request or batch from now on. The caller must close the watch."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        watch = Watch(lambda one: self._end(name, one))
        self._watchers[name].add(watch)
        return watch

    @contextmanager
    def watching(self, name: str) -> Iterator[Watch]:
        """Watch a request or batch until the context ends."""
        watch = self.watch(name)
        try:
            yield watch
        finally:
            watch.close()

    def _end(self, name: str, watch: Watch) -> None:
        self._watchers[name].discard(watch)
        if not self._watchers[name]:
            del self._watchers[name]

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(CHANGES)
                    self._wake_all()  # there may be changes from before the subscription
                    while True:
                        message = await subscription.get_message(
                            ignore_subscribe_messages=True, timeout=HEARTBEAT_S
                        )
                        if message:
                            self._tell(message["data"].decode())
            except (*FAILURES, OSError) as error:
                log.warning("lost the subscription to changes: %s", error)
                await asyncio.sleep(RECONNECT_S)

    def _tell(self, message: str) -> None:
        """Pass on a message: `ID STATUS TIME [RESULT_KEY]` for a request, `ID` for a batch."""
        name, *told = message.split(" ")
        for watch in self._watchers.get(name, ()):
            watch.hear(Change(Status(told[0]), int(told[1]), *told[2:]) if told else None)

    def _wake_all(self) -> None:
        for watching in self._watchers.values():
            for watch in watching:
                watch.hear(None)


Found = tuple[RequestRecord | None, bytes | None]
"""A request and its result. Both may be None."""


class Reading(Struct, frozen=True):
    """How to read a request: the request with its result, a result alone, and the document."""

    request: Callable[[], Awaitable[Found]]
    result: Callable[[str], Awaitable[bytes | None]]
    document: Callable[[RequestRecord, bytes | None], bytes]


async def followed(
    changes: Changes, watch: Watch, found: Found, reading: Reading
) -> AsyncIterator[tuple[RequestRecord, bytes | None]]:
    """The request and its result as `found`, and after each change or heartbeat until it ends.

    `found` must be read after `watch` was opened. Each change carries what changed, so this reads
    the record again only if it failed or changes may be missing. It ends early if Redis does not
    answer or web stops.
    """
    with suppress(TemporaryError):
        while True:
            record, result = found
            if record is None:
                return
            yield record, result
            if record.status.is_final or changes.are_ending:
                return
            heard, has_missed = await watch.next(HEARTBEAT_S)
            record = _after(record, heard)
            result = await reading.result(record.result_key) if record.result_key else None
            is_partial = record.status.is_final and result is None
            must_read = has_missed or not heard or is_partial
            found = await reading.request() if must_read else (record, result)


async def stream(
    changes: Changes, watch: Watch, found: Found, reading: Reading
) -> AsyncIterator[bytes]:
    """Server-sent events: one `status` event for each change. The last has the whole document.

    It also sends stages that passed between two reads, in order. If it ends early, the browser
    connects again, maybe to another process.
    """
    told: set[Status] = set()
    head = b"retry: 1000\n\n"
    async for record, result in followed(changes, watch, found, reading):
        untold = _untold(record, told)
        if not untold:
            yield b": still here\n\n"
        for status in untold:
            is_last = status.is_final
            shown = reading.document(record, result) if is_last else _passing(record, status)
            yield head + b"event: status\ndata: " + shown + b"\n\n"
            head = b""


def _after(record: RequestRecord, heard: list[Change]) -> RequestRecord:
    """The record with the changes that it does not contain yet."""
    for change in heard:
        if change.status not in record.at_ms:
            record = record.reached(change.status, change.at_ms, change.result_key)
    return record


def _untold(record: RequestRecord, told: set[Status]) -> list[Status]:
    """The statuses since the last call. The first call returns only the current status."""
    reached = [status for status in Status if status in record.at_ms]
    new = [status for status in reached if status not in told]
    first_look = not told
    told.update(reached)
    return [record.status] if first_look else new


def _passing(record: RequestRecord, status: Status) -> bytes:
    """The document of the record as it was when it reached `status`."""
    passed = list(Status)[: list(Status).index(status) + 1]
    at_ms = {one: record.at_ms[one] for one in passed if one in record.at_ms}
    return json_bytes(replace(record, status=status, at_ms=at_ms).document())
