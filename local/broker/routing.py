"""Delivers events from the queue to the functions, and stores their replies in the queue."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from redis.exceptions import RedisError

from functions.common import logs
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.http_client import Answer, HttpClient, NoAnswerError
from local.broker.delivery import Verdict, dead_letter, judge, retry_after_s
from local.broker.queue import Entry, Outgoing, Queue
from local.broker.triggers import Trigger
from local.broker.unwanted import UnwantedEvents

DEAD_LETTER_TRIES = 20
AT_ONCE = 8
"""How many deliveries to one function may run at the same time."""

IN_HAND = 256
"""How many events of one Trigger may wait in memory for a free place or their next try."""

REDIS_PAUSE_S = 0.5

KEPT_ALIVE_S = 1.5
"""Close idle connections before gunicorn does after 2 s. A POST on a closed connection fails."""
SHOWN_BYTES = 300

T = TypeVar("T")

log = logging.getLogger(__name__)


class Router:
    """Routes events by `triggers`. `at_once` limits the parallel deliveries to one function."""

    def __init__(
        self, triggers: Sequence[Trigger], queue: Queue, *, at_once: int = AT_ONCE
    ) -> None:
        self.unwanted = UnwantedEvents()
        self._triggers = triggers
        self._queue = queue
        self._http = HttpClient(KEPT_ALIVE_S)
        self._places: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))

    async def accept(self, event: Envelope) -> None:
        """Store an event for each Trigger that wants it. Raises RedisError if Redis fails."""
        outgoing = self._along(event)
        if outgoing:
            await self._queue.put(outgoing)

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            await asyncio.gather(*(self._serve(trigger) for trigger in self._triggers))
        finally:
            self._http.close()

    async def _serve(self, trigger: Trigger) -> None:
        """Deliver the events of one Trigger. Unfinished events of the last run come first."""
        running: set[asyncio.Task[None]] = set()
        while True:
            while len(running) >= IN_HAND:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            free = IN_HAND - len(running)
            for entry in await self._insist(partial(self._queue.take, trigger.name, free)):
                delivery = asyncio.create_task(self._carry(trigger, entry))
                running.add(delivery)
                delivery.add_done_callback(running.discard)
                delivery.add_done_callback(_log_if_crashed)

    async def _carry(self, trigger: Trigger, entry: Entry) -> None:
        """Deliver an event or give up. Then remove it and store the events that follow from it."""
        with logs.about(event_id=entry.event.id, trigger=trigger.name):
            outgoing = await self._follow(trigger, entry)
            await self._insist(lambda: self._queue.finish(entry, outgoing))

    async def _follow(self, trigger: Trigger, entry: Entry) -> list[Outgoing]:
        """Deliver an event. Returns the events that follow from it: a reply or a dead letter."""
        delivery = trigger.delivery
        url = (delivery.dead_letter_url or "") if entry.is_dead else trigger.url
        most = DEAD_LETTER_TRIES if entry.is_dead else delivery.retry + 1
        tried = entry.tries
        while True:
            async with self._places[urlsplit(url).netloc]:
                answer = await self._post(url, entry.event, delivery.timeout_s)
            verdict, reply = judge(answer)
            if verdict is Verdict.TAKEN:
                log.debug("%s delivered", entry.event.type, extra={"url": url, "tries": tried})
                return self._along(reply) if reply else []
            reason = answer.body[:SHOWN_BYTES].decode(errors="replace")
            about = {"url": url, "status": answer.status, "tries": tried, "answer": reason}
            if verdict is Verdict.RETRY and tried < most:
                wait_s = delivery.wait_s(tried, retry_after_s(answer))
                log.warning("%s failed, retry in %.1f s", entry.event.type, wait_s, extra=about)
                await asyncio.sleep(wait_s)
                tried += 1
                await self._insist(partial(self._queue.count_try, entry, tried))
                continue
            if entry.is_dead or not delivery.dead_letter_url:
                log.error("%s is lost", entry.event.type, extra={**about, "event": entry.event})
                return []
            log.error("%s goes to the dead letter sink", entry.event.type, extra=about)
            return [Outgoing(trigger.name, dead_letter(entry.event, url, answer), is_dead=True)]

    async def _post(self, url: str, event: Envelope, timeout_s: float) -> Answer:
        headers, body = event.to_binary()
        try:
            return await self._http.post(url, headers, body, timeout_s)
        except NoAnswerError as error:
            return Answer(0, {}, f"No answer: {error}".encode())

    @staticmethod
    async def _insist(step: Callable[[], Awaitable[T]]) -> T:
        """Repeat a step until Redis answers. Redis keeps its data when it restarts."""
        while True:
            try:
                return await step()
            except RedisError as error:
                log.warning("Redis does not answer: %s", error)
                await asyncio.sleep(REDIS_PAUSE_S)

    def _along(self, event: Envelope) -> list[Outgoing]:
        attributes = event.attributes()
        outgoing = [
            Outgoing(trigger.name, event) for trigger in self._triggers if trigger.wants(attributes)
        ]
        if not outgoing:
            self.unwanted.add(event.type)
        return outgoing


def _log_if_crashed(delivery: asyncio.Task[None]) -> None:
    if not delivery.cancelled() and delivery.exception():
        error = delivery.exception()
        log.error("a delivery crashed, the next start repeats it", exc_info=error)
