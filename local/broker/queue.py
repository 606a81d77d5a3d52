"""Stores undelivered events in Redis Streams, so that no event is lost if the broker crashes.

Each Trigger has its own stream:

    stockcast:broker:{queue}:TRIGGER         event (structured JSON), dead (1: a dead letter)
    stockcast:broker:{queue}:TRIGGER:tries   the tries of events that failed or outlived a broker

A stored event goes straight from memory to its delivery. The broker reads a stream only if it has
more events than memory may hold, and after a crash.

All keys share a hash tag, so one script can change several streams in one step. One script stores
an event for several Triggers. The other removes an entry and stores the events that follow from
it. They are scripts because a full Redis refuses a script only if it adds something. It would
refuse every transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, OutOfMemoryError

from functions.common.cloudevents.event import Envelope, json_bytes
from local.broker.group_commit import GroupCommit

IN_MEMORY = 256
"""How many events of one Trigger may wait in memory. The others wait in Redis."""
LOOK_AGAIN_S = 2.0
"""How often to look for stored events that the broker does not know of."""

ADD = """
local ids = {{}}
for i = 1, {} do
    ids[i] = redis.call('XADD', KEYS[i], '*', 'event', ARGV[2 * i - 1], 'dead', ARGV[2 * i])
end
"""
PUT = ADD.format("#KEYS") + "return ids"
FINISH = f"""{ADD.format("#KEYS - 2")}
redis.call('XDEL', KEYS[#KEYS - 1], ARGV[#ARGV])
if ARGV[#ARGV - 1] == '1' then redis.call('HDEL', KEYS[#KEYS], ARGV[#ARGV]) end
return ids
"""
DIGESTS = {
    script: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    for script in (PUT, FINISH)
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """An event to deliver for `trigger`. If `is_dead`, it goes to the dead letter sink.

    `tries` includes the current try.
    """

    trigger: str
    id: bytes
    event: Envelope
    is_dead: bool
    tries: int


@dataclass(frozen=True)
class Outgoing:
    """An event to store for `trigger`."""

    trigger: str
    event: Envelope
    is_dead: bool = False


@dataclass
class Known:
    """What the broker knows of one stream.

    - `ids` are the entries in memory: those that wait, and those that are taken but not finished.
    - If `is_behind`, Redis has entries that are not in memory. New ones then stay there, too.
    - `read_to` is the last entry that was read from Redis.
    - If `is_first_look`, the entries are left from an earlier run. An event that ends the broker
      each time must not stay forever, so their tries are stored before the delivery.
    """

    waiting: deque[Entry] = field(default_factory=deque)
    ids: set[bytes] = field(default_factory=set)
    retried: set[bytes] = field(default_factory=set)
    is_behind: bool = True
    read_to: bytes | None = None
    is_first_look: bool = True
    added: asyncio.Event = field(default_factory=asyncio.Event)
    looked_at: float = 0.0


class Queue:
    """The streams of all Triggers. Methods raise RedisError if Redis fails."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._commit = GroupCommit(redis)
        self._known: dict[str, Known] = defaultdict(Known)

    async def put(self, outgoing: Sequence[Outgoing]) -> None:
        """Store all of the events or none of them."""
        streams, fields = _additions(outgoing)
        if len(streams) == 1:
            command = ("XADD", *streams, "*", "event", fields[0], "dead", fields[1])
            ids = [await self._commit.write(*command)]
        else:
            ids = await self._evaluate(PUT, streams, fields)
        self._stored(outgoing, ids)

    async def take(self, trigger: str, count: int) -> list[Entry]:
        """Take the next events, and wait up to a second for one."""
        known = self._known[trigger]
        if not known.waiting and not known.is_behind:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(LOOK_AGAIN_S, known.added.set)
            await known.added.wait()
            timer.cancel()
            if loop.time() - known.looked_at >= LOOK_AGAIN_S:
                known.looked_at = loop.time()
                await self._look(trigger, known)
        if not known.waiting and known.is_behind:
            await self._read(trigger, known)
        known.added.clear()
        return [known.waiting.popleft() for _ in range(min(count, len(known.waiting)))]

    async def count_try(self, entry: Entry, tries: int) -> None:
        """Store the number of tries of an entry. Only the next run of the broker reads it.

        So a full Redis does not stop the next try.
        """
        await self._count(entry.trigger, {entry.id: tries})

    async def finish(self, entry: Entry, outgoing: Sequence[Outgoing]) -> None:
        """Remove the entry and store the events that follow from it, in one step."""
        self._stored(outgoing, await self._remove(entry.trigger, entry.id, outgoing))

    async def is_ready(self) -> bool:
        return bool(await self._redis.ping())

    async def _look(self, trigger: str, known: Known) -> None:
        """Find out if Redis has entries that are not in memory.

        For example, Redis stored an event, but the connection broke before the reply.
        """
        if await self._commit.write("XLEN", _stream(trigger)) > len(known.ids):
            known.is_behind, known.read_to = True, None

    async def _read(self, trigger: str, known: Known) -> None:
        """Read the next entries from Redis."""
        start = b"(" + known.read_to if known.read_to else b"-"
        span = ("XRANGE", _stream(trigger), start, b"+", "COUNT", IN_MEMORY)
        found = await self._commit.write(*span)
        new = {entry_id: fields for entry_id, fields in found if entry_id not in known.ids}
        tries = await self._commit.write("HMGET", _tries(trigger), *new) if new else []
        entries = [
            await self._readable(trigger, entry_id, fields, int(tried or 0) + 1)
            for (entry_id, fields), tried in zip(new.items(), tries, strict=True)
        ]
        readable = [entry for entry in entries if entry]
        if known.is_first_look:
            await self._count(trigger, {entry.id: entry.tries for entry in readable})
        known.ids.update(entry.id for entry in readable)
        known.waiting += readable
        known.read_to = found[-1][0] if found else known.read_to
        known.is_behind = len(found) == IN_MEMORY
        known.is_first_look &= known.is_behind

    async def _count(self, trigger: str, tries: Mapping[bytes, int]) -> None:
        if not tries:
            return
        self._known[trigger].retried.update(tries)
        fields = [part for counted in tries.items() for part in counted]
        with suppress(OutOfMemoryError):
            await self._commit.write("HSET", _tries(trigger), *fields)

    async def _readable(
        self, trigger: str, entry_id: bytes, fields: Mapping[bytes, bytes], tries: int
    ) -> Entry | None:
        try:
            event, is_dead = _event(fields[b"event"]), fields[b"dead"] == b"1"
            return Entry(trigger, entry_id, event, is_dead, tries)
        except (KeyError, TypeError, ValueError):
            # Another version may have stored it. Without removal, it would stay forever.
            log.exception("removed an event that cannot be read", extra={"stored": fields})
            await self._remove(trigger, entry_id, ())
        return None

    async def _remove(
        self, trigger: str, entry_id: bytes, outgoing: Sequence[Outgoing]
    ) -> list[bytes]:
        known = self._known[trigger]
        was_retried = entry_id in known.retried
        ids: list[bytes] = []
        if outgoing or was_retried:
            streams, fields = _additions(outgoing)
            names = [*streams, _stream(trigger), _tries(trigger)]
            ids = await self._evaluate(FINISH, names, [*fields, int(was_retried), entry_id])
        else:
            await self._commit.write("XDEL", _stream(trigger), entry_id)
        known.ids.discard(entry_id)
        known.retried.discard(entry_id)
        return ids

    async def _evaluate(
        self, script: str, keys: Sequence[str], arguments: Sequence[str | bytes | int]
    ) -> list[bytes]:
        """Run a script by its digest. Send its text only if Redis does not know it yet."""
        try:
            digest = DIGESTS[script]
            ids: list[bytes] = await self._commit.write(
                "EVALSHA", digest, len(keys), *keys, *arguments
            )
        except NoScriptError:
            ids = await self._commit.write("EVAL", script, len(keys), *keys, *arguments)
        return ids

    def _stored(self, outgoing: Sequence[Outgoing], ids: Sequence[bytes]) -> None:
        """Keep stored events in memory if there is room, and wake the tasks in `take`."""
        for one, entry_id in zip(outgoing, ids, strict=True):
            known = self._known[one.trigger]
            known.added.set()
            if known.is_behind or len(known.waiting) >= IN_MEMORY:
                known.is_behind = True
            elif entry_id not in known.ids:
                known.ids.add(entry_id)
                known.waiting.append(Entry(one.trigger, entry_id, one.event, one.is_dead, 1))


def _additions(outgoing: Iterable[Outgoing]) -> tuple[list[str], list[bytes | int]]:
    """The streams, and the fields to add to each: the event and whether it is dead."""
    streams: list[str] = []
    fields: list[bytes | int] = []
    for one in outgoing:
        streams.append(_stream(one.trigger))
        fields += (
            json_bytes({**one.event.attributes(), "data": one.event.data}),
            int(one.is_dead),
        )
    return streams, fields


def _stream(trigger: str) -> str:
    return f"stockcast:broker:{{queue}}:{trigger}"


def _tries(trigger: str) -> str:
    return f"{_stream(trigger)}:tries"


def _event(stored: bytes) -> Envelope:
    """The stored event. `put` stores only valid CloudEvents, so this checks only the types."""
    attributes = dict(json.loads(stored))
    data = attributes.pop("data")
    if not all(isinstance(value, str) for value in attributes.values()):
        message = "an attribute of the event is not a string"
        raise TypeError(message)
    del attributes["specversion"], attributes["datacontenttype"]
    return Envelope(
        id=attributes.pop("id"),
        source=attributes.pop("source"),
        type=attributes.pop("type"),
        data=data,
        subject=attributes.pop("subject", ""),
        time=attributes.pop("time", ""),
        extensions=attributes,
    )
