"""Hands a request over to a broker that may answer late.

Knative's in-memory channel answers only after ingest and forecast have done their work, and drops
the event where its sender goes away before. So the sender stays, and the caller is answered as soon
as Redis shows that the request is under way.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from functions.common.errors import StockcastError, TemporaryError
from functions.common.messages.events import ForecastRequested
from functions.common.requests.record import Status
from functions.web.publishing.publisher import TIMEOUT_S, Publisher
from functions.web.stores.requests import WebStore

PROMPT_S = 0.5
"""A broker that has not answered by then is a slow one."""
LOOK_S = 0.25
STAY_S = 190.0
"""A Trigger's timeout: what is not delivered by then is delivered again."""


class HandOver:
    """Publishes requests; what a slow broker has not answered yet goes on behind the answer."""

    def __init__(self, publisher: Publisher, store: WebStore) -> None:
        self._publisher = publisher
        self._store = store
        self._going_on: set[asyncio.Task[None]] = set()

    async def request(self, requested: ForecastRequested, traceparent: str) -> Status:
        """Where the request stands. TemporaryError where no stage and no broker has taken it."""
        request_id = requested.request_id
        publishing = asyncio.create_task(
            self._publisher.publish(requested, request_id, traceparent, timeout_s=STAY_S)
        )
        self._going_on.add(publishing)
        publishing.add_done_callback(self._ended)
        loop = asyncio.get_running_loop()
        give_up = loop.time() + TIMEOUT_S
        wait_s = PROMPT_S
        while not (await asyncio.wait({publishing}, timeout=wait_s))[0]:
            if stands := await self._under_way(request_id):
                return stands
            if loop.time() > give_up:
                publishing.cancel()
                message = "The broker does not answer; try again shortly."
                raise TemporaryError(message, retry_after_s=2)
            wait_s = LOOK_S
        try:
            publishing.result()
        except StockcastError:
            if stands := await self._under_way(request_id):
                return stands
            raise
        return Status.QUEUED

    async def _under_way(self, request_id: str) -> Status | None:
        """Where the request stands, if a stage has taken it."""
        with suppress(StockcastError):
            record, _ = await self._store.read_with_result(request_id, with_result=False)
            if record and record.status is not Status.QUEUED:
                return record.status
        return None

    def _ended(self, publishing: asyncio.Task[None]) -> None:
        self._going_on.discard(publishing)
        if not publishing.cancelled():
            publishing.exception()  # whoever waited for it has been told
