"""The route of dead letters: events that could not be delivered.

Each becomes a failure of its request or batch that says where and why it stopped.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.signature import Signer
from functions.common.errors import ConflictError, InvalidMessageError, RequestError
from functions.common.messages.bad_event import requested_by
from functions.common.messages.events import (
    TYPES,
    BatchRequested,
    ForecastRequested,
    PricesIngested,
)
from functions.web.security import read_body
from functions.web.stores.batches import BatchStore
from functions.web.stores.requests import WebStore

STAGES = {
    ForecastRequested.TYPE: "fetching the prices",
    PricesIngested.TYPE: "computing the forecast",
    BatchRequested.TYPE: "handing over the members of the batch",
}
NO_ANSWER = ("", "0", "500")


class DeliveryError(
    RequestError, status=502, title="A stage of the forecast failed", slug="delivery"
):
    """A stage did not accept an event, even after the last try."""


class DeadLetterApi(Struct):
    """Fails the request or the batch of each dead letter.

    The route is as public as web itself. If EVENT_TOKEN is set, it accepts only signed events.
    """

    store: WebStore
    batches: BatchStore
    signer: Signer

    def routes(self) -> Sequence[Route]:
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


def counted_type(dead: Envelope) -> str:
    """The type for the count of dead letters. Unknown types share one, to limit their number."""
    return dead.type if dead.type in TYPES else "other"


def failure_of(dead: Envelope) -> tuple[ForecastRequested, DeliveryError] | None:
    """The request that fails because of a dead letter, and the reason, or None without one."""
    if dead.type not in STAGES:
        return None
    requested = requested_by(dead.data)
    return (requested, DeliveryError(_reason(dead))) if requested else None


def batch_failure_of(dead: Envelope) -> tuple[str, DeliveryError] | None:
    """The batch that fails because of a dead letter, and the reason, or None without one."""
    if dead.type != BatchRequested.TYPE or not isinstance(dead.data, dict):
        return None
    try:
        return BatchRequested.from_data(dead.data).batch_id, DeliveryError(_reason(dead))
    except InvalidMessageError:
        return None


def _reason(dead: Envelope) -> str:
    stage = STAGES[dead.type]
    code = dead.extensions.get("knativeerrorcode", "")
    answer = _answer_text(dead.extensions.get("knativeerrordata", ""))
    about = f"answered {code}" if code not in NO_ANSWER or answer else "did not answer"
    return f"Stopped while {stage}: the function {about}{': ' + answer if answer else '.'}"


def _answer_text(data: str) -> str:
    """The answer of the function that refused. Knative sends it as base64, others as text."""
    try:
        text = base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        text = data
    try:
        problem = json.loads(text)
    except ValueError:
        return text.strip()
    return str(problem.get("detail", text)) if isinstance(problem, dict) else text
