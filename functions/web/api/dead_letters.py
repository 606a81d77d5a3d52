"""The route that receives dead letters: events that could not be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.signature import Signer
from functions.common.errors import ConflictError
from functions.web.api.delivery_failures import batch_failure_of, counted_type, failure_of
from functions.web.security import read_body
from functions.web.stores.batches import BatchStore
from functions.web.stores.requests import WebStore


class DeadLetterApi(Struct):
    """Fails the request or the batch of each dead letter.

    The route is as public as web itself. If EVENT_TOKEN is set, it accepts only signed events.
    """

    store: WebStore
    batches: BatchStore
    signer: Signer

    def routes(self) -> Sequence[BaseRoute]:
        """The route of dead letters."""
        return [Route("/events/dead-letter", self.bury, methods=["POST"])]

    async def bury(self, request: Request) -> Response:
        body = await read_body(request, cloudevent.MAX_EVENT_BYTES)
        dead = cloudevent.parse(dict(request.headers), body)
        self.signer.check(dead)
        await self.store.count_dead_letter(counted_type(dead))
        if failed := failure_of(dead):
            # In a conflict, the id belongs to another request, which must not fail.
            with suppress(ConflictError):
                await self.store.fail(*failed)
        if failed_batch := batch_failure_of(dead):
            await self.batches.fail(*failed_batch)
        return Response(status_code=HTTPStatus.NO_CONTENT)
