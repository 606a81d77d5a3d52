"""Hands an event over to a broker that may answer late.

Knative's in-memory channel may answer only after all functions have finished. It drops the event if
the sender disconnects before that. So the sender keeps the connection open, but web answers the
client as soon as a store shows that the work has started.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from functions.common.errors import StockcastError, TemporaryError
from functions.common.messages.events import Event
from functions.web.publishing.publisher import TIMEOUT_S, Publisher

T = TypeVar("T")

PROMPT_S = 0.5
"""A broker that takes longer than this counts as slow."""
LOOK_S = 0.25
STAY_S = 190.0
"""The timeout of a Trigger. After it, the broker delivers the event again."""


class HandOver:
    """Publishes events. If the broker is slow, publishing continues in the background."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._going_on: set[asyncio.Task[None]] = set()

    async def __call__(
        self,
        event: Event,
        event_id: str,
        under_way: Callable[[], Awaitable[T | None]],
        traceparent: str = "",
    ) -> T | None:
        """Publish an event. Returns None if the broker takes it.

        If the broker is slow or fails, returns the result of `under_way` as soon as there is one.
        Raises TemporaryError if the broker fails and there is no such result.
        """
        publishing = asyncio.create_task(
            self._publisher.publish(event, event_id, traceparent, timeout_s=STAY_S)
        )
        self._going_on.add(publishing)
        publishing.add_done_callback(self._ended)
        loop = asyncio.get_running_loop()
        give_up = loop.time() + TIMEOUT_S
        wait_s = PROMPT_S
        while not (await asyncio.wait({publishing}, timeout=wait_s))[0]:
            if (found := await _seen(under_way)) is not None:
                return found
            if loop.time() > give_up:
                publishing.cancel()
                message = "The broker does not answer. Try again shortly."
                raise TemporaryError(message, retry_after_s=2)
            wait_s = LOOK_S
        try:
            publishing.result()
        except StockcastError:
            if (found := await _seen(under_way)) is not None:
                return found
            raise
        return None

    def _ended(self, publishing: asyncio.Task[None]) -> None:
        self._going_on.discard(publishing)
        if not publishing.cancelled():
            publishing.exception()  # mark the error as handled, because the caller has it


async def _seen(under_way: Callable[[], Awaitable[T | None]]) -> T | None:
    with suppress(StockcastError):
        return await under_way()
    return None
