"""The routes of batches: many forecasts in one request."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import json_bytes
from functions.common.cloudevents.retries import ONCE, GivenUpError, Retries
from functions.common.cloudevents.signature import Signer
from functions.common.errors import InvalidMessageError, MalformedEventError, TemporaryError
from functions.common.messages import fields
from functions.common.messages.documents import batches as documents
from functions.common.messages.events import BatchRequested
from functions.common.messages.submissions import BatchSubmission
from functions.common.requests.batches import BatchProgress
from functions.common.requests.record import iso
from functions.web.api.submission import json_object, require_json
from functions.web.description.operations import DOWN, SUBMITTED, UNKNOWN, WATCHED, Operation
from functions.web.downloads import batch_table
from functions.web.limits.clients import Limits
from functions.web.live.progress import HEARTBEAT_S, Changes
from functions.web.publishing.batch_members import Expansion
from functions.web.security import read_body
from functions.web.stores.batch import Batch
from functions.web.stores.batches import BatchStore

PATH = "/api/batches"
MAX_BODY_BYTES = 192 * 1024
"""The longest possible list of symbols takes 140 kB."""
EXAMPLE = '{"symbols": ["AAPL", "MSFT"], "days": 45}.'
SYMBOLS_A_REQUEST = 100
"""This many symbols of a batch count as one request toward RATE_LIMIT."""
PROGRESS_EVERY_S = 0.3


class BatchApi(Struct):
    """The handlers of the batch routes."""

    limits: Limits
    batches: BatchStore
    expansion: Expansion
    changes: Changes
    signer: Signer
    retries: Retries = ONCE

    def routes(self) -> Sequence[Route]:
        one, found = PATH + "/{id}", {**UNKNOWN, **DOWN}
        return [
            Operation(
                *("POST", PATH, self.submit),
                "Request forecasts of many symbols at once",
                documents.BatchAccepted,
                status=HTTPStatus.ACCEPTED,
                body=(BatchSubmission,),
                problems={
                    **SUBMITTED,
                    413: f"The body is larger than {MAX_BODY_BYTES // 1024} KiB.",
                },
            ),
            Operation(
                *("GET", one, self.status, "Get the progress of a batch", documents.BatchProgress),
                problems=found,
            ),
            Operation(
                *("GET", one + "/events", self.events),
                "Stream the progress of a batch: `progress` events, a few per second at most",
                "text/event-stream",
                problems={**found, **WATCHED},
            ),
            Operation(
                *("GET", one + "/results.csv", self.results),
                "Download the results as a table, with one row per symbol",
                "text/csv",
                problems=found,
            ),
            Operation(
                *("GET", one + "/ranking", self.ranking),
                "Rank the finished symbols, highest chance of rising first",
                documents.Ranking,
                problems=found,
            ),
            Route("/events/batch", self.expand, methods=["POST"]),
        ]

    async def submit(self, request: Request) -> Response:
        """Accept a batch. Answers 202 after the batch is stored and its event is sent."""
        require_json(request)
        await self.limits.admit(request)  # refused batches count too
        body = json_object(await read_body(request, MAX_BODY_BYTES), EXAMPLE)
        batch = Batch.of(BatchSubmission.from_data(body))
        cost = math.ceil(len(batch.symbols) / SYMBOLS_A_REQUEST)
        if cost > 1:
            await self.limits.admit(request, cost=cost - 1)
        self.expansion.require_sink()
        await self.batches.accept(batch)
        # A repeated submission sends the event again, because the first one may have failed.
        await self.expansion.begin(batch.batch_id, request.headers.get("traceparent", ""))
        links = _links(batch.batch_id)
        shown = {"id": batch.batch_id, "status": "queued", "links": links}
        return JSONResponse(shown, HTTPStatus.ACCEPTED, {"location": links["self"]})

    async def status(self, request: Request) -> Response:
        return JSONResponse(document(await self._progress(request)), headers=NEVER_STORED)

    async def events(self, request: Request) -> Response:
        progress = await self._progress(request)
        return self.limits.stream(request, self._progress_events(progress.batch_id))

    async def results(self, request: Request) -> Response:
        progress = await self._progress(request)
        members = await self.batches.members(await self.batches.read(progress))
        headers = {"content-disposition": f'attachment; filename="{progress.batch_id}.csv"'}
        text = batch_table.table(members)
        return Response(text, media_type="text/csv", headers={**NEVER_STORED, **headers})

    async def ranking(self, request: Request) -> Response:
        progress = await self._progress(request)
        members = await self.batches.members(await self.batches.read(progress))
        shown = {"rows": batch_table.ranking(members), "failed": batch_table.failures(members)}
        return JSONResponse(shown, headers=NEVER_STORED)

    async def expand(self, request: Request) -> Response:
        """Handle the event that asks web to hand over the remaining members of a batch."""
        event = cloudevent.parse(dict(request.headers), await read_body(request))
        self.signer.check(event)
        if event.type != BatchRequested.TYPE or not isinstance(event.data, dict):
            message = f"The type must be {BatchRequested.TYPE}, with an object as data."
            raise MalformedEventError(message)
        try:
            requested = BatchRequested.from_data(event.data)
        except InvalidMessageError as error:
            raise MalformedEventError(error.detail) from error
        traceparent = event.extensions.get("traceparent", "")
        try:
            await self.retries.awaiting(
                lambda: self.expansion.expand(requested.batch_id, traceparent)
            )
        except TemporaryError as error:
            if self.retries.for_s:  # no broker delivers the event again
                await self.batches.fail(requested.batch_id, GivenUpError(self.retries.for_s, error))
            raise
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _progress(self, request: Request) -> BatchProgress:
        batch_id = request.path_params["id"]
        is_id = fields.REQUEST_ID.fullmatch(batch_id)
        progress = await self.batches.progress(batch_id) if is_id else None
        if progress is None:
            detail = f"There is no batch {batch_id[:64]!r}. It may have expired. Submit it again."
            raise HTTPException(HTTPStatus.NOT_FOUND, detail)
        return progress

    async def _progress_events(self, batch_id: str) -> AsyncIterator[bytes]:
        """Server-sent `progress` events with the document, a few per second at most.

        If Redis does not answer, the stream ends early and the browser reconnects.
        """
        sent = b""
        yield b"retry: 1000\n\n"
        with self.changes.watching(batch_id) as changed, suppress(TemporaryError):
            while progress := await self.batches.progress(batch_id):
                shown = json_bytes(document(progress))
                if shown == sent:
                    yield b": still here\n\n"
                else:
                    yield b"event: progress\ndata: " + shown + b"\n\n"
                if progress.has_ended or self.changes.are_ending:
                    return  # if the process stops, clients reconnect to another one
                sent = shown
                changed.clear()
                await asyncio.sleep(PROGRESS_EVERY_S)
                with suppress(asyncio.TimeoutError, TimeoutError):
                    await asyncio.wait_for(changed.wait(), HEARTBEAT_S)


NEVER_STORED = {"cache-control": "no-store"}


def document(progress: BatchProgress) -> dict[str, Any]:
    """The JSON document of a batch."""
    return {
        "id": progress.batch_id,
        "days": progress.days,
        "model": progress.model,
        "status": "done" if progress.has_ended else "running",
        "total": progress.total,
        "counts": dict(progress.counts),
        "submitted_at": iso(progress.submitted_at_ms),
        "updated_at": iso(progress.updated_at_ms),
        "links": _links(progress.batch_id),
    }


def _links(batch_id: str) -> dict[str, str]:
    location = f"{PATH}/{batch_id}"
    return {
        "self": location,
        "events": f"{location}/events",
        "results": f"{location}/results.csv",
        "ranking": f"{location}/ranking",
    }
