"""Stores undelivered events in Redis Streams, so that no event is lost if the broker crashes.

Each Trigger has its own stream:

    stockcast:broker:{queue}:TRIGGER   entries: event (structured JSON), dead (1: a dead letter)

Redis counts how often it hands out an entry. This count is the number of tries.

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
from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, ResponseError

from functions.common.cloudevents.event import Envelope, json_bytes
from local.broker.group_commit import GroupCommit

GROUP = "broker"
CONSUMER = "broker"
MOST_UNFINISHED = 100_000
LOOK_AGAIN_S = 1.0
"""How often to look for new events without a notification."""

ADD = """
for i = 1, {} do
    redis.call('XADD', KEYS[i], '*', 'event', ARGV[2 * i - 1], 'dead', ARGV[2 * i])
end
"""
PUT = ADD.format("#KEYS")
FINISH = f"""{ADD.format("#KEYS - 1")}
redis.call('XACK', KEYS[#KEYS], ARGV[#ARGV - 1], ARGV[#ARGV])
redis.call('XDEL', KEYS[#KEYS], ARGV[#ARGV])
"""
DIGESTS = {
    script: hashlib.sha1(script.encode()).hexdigest()  # noqa: S324 - as Redis names it
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


class Queue:
    """The streams of all Triggers. Methods raise RedisError if Redis fails."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._commit = GroupCommit(redis)
        self._added: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def prepare(self, trigger: str) -> None:
        """Create the stream of a Trigger if it does not exist yet."""
        self._added[trigger].set()
        try:
            await self._redis.xgroup_create(_stream(trigger), GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def put(self, outgoing: Iterable[Outgoing]) -> None:
        """Store all of the events or none of them."""
        streams, fields = self._additions(outgoing)
        await self._evaluate(PUT, streams, fields)

    async def take(self, trigger: str, count: int) -> list[Entry]:
        """Take the next events, and wait up to a second for one. Each counts as tried once."""
        added = self._added[trigger]
        timer = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, added.set)
        await added.wait()
        timer.cancel()
        added.clear()
        options = ("GROUP", GROUP, CONSUMER, "COUNT", count, "STREAMS", _stream(trigger), ">")
        found = await self._of_group(trigger, self._commit.write("XREADGROUP", *options))
        entries = found[0][1] if found else []
        if len(entries) == count:
            added.set()  # there may be more
        return await self._readable(trigger, [(*entry, 1) for entry in entries])

    async def unfinished(self, trigger: str, in_hand: Collection[bytes]) -> list[Entry]:
        """Entries that were taken but not finished, except those `in_hand`. Each gets one more try.

        They are left from an earlier run, or Redis sent them to a connection that broke.
        """
        stream = _stream(trigger)
        asked = self._redis.xpending_range(stream, GROUP, "-", "+", MOST_UNFINISHED)
        tries = {
            pending["message_id"]: pending["times_delivered"] + 1
            for pending in await self._of_group(trigger, asked)
            if pending["message_id"] not in in_hand
        }
        if not tries:
            return []
        claimed = self._redis.xclaim(stream, GROUP, CONSUMER, 0, list(tries))
        entries = await self._of_group(trigger, claimed)
        return await self._readable(
            trigger, [(*entry, tries.get(entry[0], 0)) for entry in entries]
        )

    async def count_try(self, entry: Entry, tries: int) -> None:
        """Store the number of tries of an entry."""
        claimed = self._redis.xclaim(
            *(_stream(entry.trigger), GROUP, CONSUMER, 0, [entry.id]), retrycount=tries, justid=True
        )
        await self._of_group(entry.trigger, claimed)

    async def finish(self, entry: Entry, outgoing: Iterable[Outgoing]) -> None:
        """Remove the entry and store the events that follow from it, in one step."""
        await self._remove(entry.trigger, entry.id, outgoing)

    async def is_ready(self) -> bool:
        return bool(await self._redis.ping())

    async def _of_group(self, trigger: str, asked: Awaitable[Any]) -> Any:
        try:
            return await asked
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self.prepare(trigger)  # Redis lost its data
            return []

    async def _readable(
        self, trigger: str, entries: Iterable[tuple[bytes, dict[bytes, bytes], int]]
    ) -> list[Entry]:
        readable = []
        for entry_id, fields, tries in entries:
            if not fields:
                continue
            try:
                event, is_dead = _event(fields[b"event"]), fields[b"dead"] == b"1"
                readable.append(Entry(trigger, entry_id, event, is_dead, tries))
            except (KeyError, TypeError, ValueError):
                # Another version may have stored it. Without removal, it would block later events.
                log.exception("removed an event that cannot be read", extra={"stored": fields})
                await self._remove(trigger, entry_id, ())
        return readable

    async def _remove(self, trigger: str, entry_id: bytes, outgoing: Iterable[Outgoing]) -> None:
        streams, fields = self._additions(outgoing)
        await self._evaluate(FINISH, [*streams, _stream(trigger)], [*fields, GROUP, entry_id])

    async def _evaluate(
        self, script: str, keys: Sequence[str], arguments: Sequence[str | bytes | int]
    ) -> None:
        """Run a script by its digest. Send its text only if Redis does not know it yet."""
        try:
            digest = DIGESTS[script]
            await self._commit.write("EVALSHA", digest, len(keys), *keys, *arguments)
        except NoScriptError:
            await self._commit.write("EVAL", script, len(keys), *keys, *arguments)

    def _additions(self, outgoing: Iterable[Outgoing]) -> tuple[list[str], list[bytes | int]]:
        """The streams, and the fields to add to each: the event and whether it is dead.

        This wakes the tasks in `take` before the write, so that both share a round trip.
        """
        streams: list[str] = []
        fields: list[bytes | int] = []
        for one in outgoing:
            self._added[one.trigger].set()
            streams.append(_stream(one.trigger))
            fields += (
                json_bytes({**one.event.attributes(), "data": one.event.data}),
                int(one.is_dead),
            )
        return streams, fields


def _stream(trigger: str) -> str:
    return f"stockcast:broker:{{queue}}:{trigger}"


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
