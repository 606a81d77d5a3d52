"""Undelivered events in Redis Streams, one a Trigger, so that a crash of the broker loses none.

    stockcast:broker:{queue}:TRIGGER   entries: event (structured JSON), dead (1: a dead letter)
    stockcast:broker:{queue}:tries     how often each entry was tried: TRIGGER/ENTRY -> number

All keys share a hash tag: routing an event to several Triggers is one transaction, and so is
taking an entry out and putting the events that follow from it in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from functions.common import cloudevent
from functions.common.cloudevent import Envelope
from functions.common.errors import StockcastError

GROUP = "broker"
CONSUMER = "broker"
TRIES = "stockcast:broker:{queue}:tries"
BLOCK_MS = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """An event on its way along `trigger`; `is_dead` once it goes to the dead letter sink."""

    trigger: str
    id: bytes
    event: Envelope
    is_dead: bool


@dataclass(frozen=True)
class Outgoing:
    """An event to be put on the way along `trigger`."""

    trigger: str
    event: Envelope
    is_dead: bool = False


class Queue:
    """The streams of all Triggers. Every failure of Redis is raised as it is."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    async def prepare(self, trigger: str) -> None:
        """Make the stream of a Trigger, where it is not there yet."""
        try:
            await self._redis.xgroup_create(_stream(trigger), GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def put(self, outgoing: Iterable[Outgoing]) -> None:
        """Store the events, all or none."""
        async with self._redis.pipeline(transaction=True) as pipe:
            for one in outgoing:
                _add(pipe, one)
            await pipe.execute()

    async def unfinished(self, trigger: str) -> list[Entry]:
        """All that was taken and not finished, whether its taker knows of it or not."""
        return await self._read(trigger, "0", count=100_000, block=None)

    async def take(self, trigger: str, count: int) -> list[Entry]:
        """The next events, waiting up to a second for one."""
        return await self._read(trigger, ">", count=count, block=BLOCK_MS)

    async def count_try(self, entry: Entry) -> int:
        """Count one more try of `entry`; the answer includes it, and tries before a crash."""
        return int(await self._redis.hincrby(TRIES, _tries_field(entry), 1))

    async def finish(self, entry: Entry, outgoing: Iterable[Outgoing]) -> None:
        """Take the entry out and put what follows from it in, in one step."""
        stream = _stream(entry.trigger)
        async with self._redis.pipeline(transaction=True) as pipe:
            for one in outgoing:
                _add(pipe, one)
            pipe.xack(stream, GROUP, entry.id)
            pipe.xdel(stream, entry.id)
            pipe.hdel(TRIES, _tries_field(entry))
            await pipe.execute()

    async def is_ready(self) -> bool:
        return bool(await self._redis.ping())

    async def _read(
        self, trigger: str, start: str, *, count: int, block: int | None
    ) -> list[Entry]:
        try:
            found = await self._redis.xreadgroup(
                GROUP, CONSUMER, {_stream(trigger): start}, count=count, block=block
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self.prepare(trigger)  # Redis came back empty
            return []
        readable = []
        for _, entries in found:
            for entry_id, fields in entries:
                if not fields:
                    continue
                try:
                    readable.append(_entry(trigger, entry_id, fields))
                except (KeyError, StockcastError):
                    # Another version may have stored it. It would stop all that come after it.
                    log.exception("an event that cannot be read is lost", extra={"stored": fields})
                    await self._redis.xack(_stream(trigger), GROUP, entry_id)
                    await self._redis.xdel(_stream(trigger), entry_id)
        return readable


def _stream(trigger: str) -> str:
    return f"stockcast:broker:{{queue}}:{trigger}"


def _tries_field(entry: Entry) -> str:
    return f"{entry.trigger}/{entry.id.decode()}"


def _add(pipe: Any, one: Outgoing) -> None:
    _, body = one.event.to_structured()
    pipe.xadd(_stream(one.trigger), {"event": body, "dead": int(one.is_dead)})


def _entry(trigger: str, entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    event = cloudevent.parse({"content-type": cloudevent.STRUCTURED}, fields[b"event"])
    return Entry(trigger, entry_id, event, fields[b"dead"] == b"1")
