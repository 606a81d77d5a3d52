"""Hands the members of a batch to the broker in small groups, so that other requests get a turn.

An event `batch.requested` stands for the remaining work. The web process that gets it works for a
short time, sends the next such event, and only then acknowledges the first one. If the process
dies, the broker delivers its event again. A member that is handed over twice is computed once.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from functions.common.messages.events import BatchRequested
from functions.common.requests.batches import BatchProgress
from functions.web.live.progress import Changes
from functions.web.publishing.hand_over import HandOver
from functions.web.publishing.publisher import Publisher
from functions.web.stores.batch import Batch
from functions.web.stores.batches import BatchStore

IN_FLIGHT = 64
"""How many members of a batch may be in progress at once. This is enough to keep the functions
busy, and other requests wait for at most this many members."""
SLICE = 16
TURN_S = 5.0
"""The next event is sent after this time, well before the delivery times out."""
LOOK_S = 1.0
STALLED_S = 30.0
"""If no member makes progress for this long, members may be lost, so the next are handed over."""


class Expansion:
    """Hands over the members of batches. `elapsed` returns monotonic seconds."""

    def __init__(
        self,
        store: BatchStore,
        changes: Changes,
        publisher: Publisher,
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._changes = changes
        self._publisher = publisher
        self._begin = HandOver(publisher)
        self._elapsed = elapsed

    def require_sink(self) -> None:
        """Raise TemporaryError if K_SINK is not set yet."""
        self._publisher.require_sink()

    async def begin(self, batch_id: str, traceparent: str) -> None:
        """Send the first event of the batch. Raises TemporaryError if the broker refuses it."""
        event, under_way = BatchRequested(batch_id), partial(self._under_way, batch_id)
        await self._begin(event, _event_id(), under_way, traceparent)

    async def _under_way(self, batch_id: str) -> bool | None:
        """True if members have been handed over, else None."""
        progress = await self._store.progress(batch_id)
        return True if progress and progress.published else None

    async def expand(self, batch_id: str, traceparent: str) -> None:
        """Hand over members as others end. Raises TemporaryError if Redis or the broker is down."""
        ends = self._elapsed() + TURN_S
        batch: Batch | None = None
        with self._changes.watching(batch_id) as changed:
            while True:
                changed.clear()
                progress = await self._store.progress(batch_id)
                if progress is None or progress.published >= progress.total:
                    return
                if self._elapsed() > ends:
                    # Send the next event first. The current one is acknowledged only after that.
                    event = BatchRequested(batch_id)
                    await self._publisher.publish(event, _event_id(), traceparent)
                    return
                if self._has_room(progress):
                    batch = batch or await self._store.read(progress)
                    if not await self._hand_over(batch, progress, traceparent):
                        return  # the event was delivered twice, and the other delivery continues
                else:
                    with suppress(asyncio.TimeoutError, TimeoutError):
                        await asyncio.wait_for(changed.wait(), LOOK_S)

    def _has_room(self, progress: BatchProgress) -> bool:
        """Whether SLICE more members may be handed over now."""
        if progress.read_at_ms - progress.updated_at_ms > STALLED_S * 1000:
            return True
        return progress.published - progress.ended + SLICE <= IN_FLIGHT

    async def _hand_over(self, batch: Batch, progress: BatchProgress, traceparent: str) -> bool:
        stop = min(progress.published + SLICE, progress.total)
        members = batch.members(progress.published, stop)
        await asyncio.gather(
            *(self._publisher.publish(one, one.request_id, traceparent) for one in members)
        )
        return await self._store.mark_published(progress, stop)


def _event_id() -> str:
    return f"batch-{secrets.token_hex(16)}"
