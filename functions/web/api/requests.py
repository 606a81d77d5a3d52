"""Shared handlers of forecasts and analyses: submit a request, watch it and read its result."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus

from msgspec import Struct
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from werkzeug.http import parse_etags

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import StockcastError, TemporaryError
from functions.common.messages import fields
from functions.common.messages.charts import MEDIA_TYPES, Variant
from functions.common.messages.documents.base import Accepted
from functions.common.messages.events import ChartRequested
from functions.common.requests.record import RequestRecord, Status
from functions.web.api import submission
from functions.web.api.kinds import RequestKind
from functions.web.api.submission import Submission
from functions.web.description.operations import (
    DOWN,
    EXPIRED,
    NOT_DONE,
    SUBMITTED,
    UNKNOWN,
    WATCHED,
    Operation,
)
from functions.web.downloads import chart_variant, result_table
from functions.web.limits import load_shedding
from functions.web.limits.clients import Limits, Turn
from functions.web.live import prefer_wait, progress
from functions.web.live.progress import Changes, Reading
from functions.web.publishing.hand_over import HandOver
from functions.web.publishing.publisher import Publisher
from functions.web.security import read_body
from functions.web.settings import Settings
from functions.web.stores.requests import Submitted, WebStore
from functions.web.symbols.availability import require_available
from functions.web.symbols.source import SymbolSource

CHART_WAIT_S = 50.0
CHART_POLL_S = 0.05
CHART_AGAIN_S = 15
"""After this time, the next request for a chart asks the forecast function for it again."""
FOUND = {**UNKNOWN, **EXPIRED, **DOWN}


class RequestApi(Struct):
    """The handlers of one kind of request.

    All kinds share the same ids, so each path finds requests of all kinds.
    """

    kind: RequestKind
    settings: Settings
    store: WebStore
    changes: Changes
    publisher: Publisher
    hand_over: HandOver
    limits: Limits
    symbols: SymbolSource

    def routes(self) -> Sequence[Route]:
        kind, one = self.kind, self.kind.path + "/{id}"
        submit = {**SUBMITTED, 404: "The symbol is unknown, and Stockcast knows that at once."}
        return [
            Operation(
                *("POST", kind.path, self.submit, kind.asks, Accepted),
                status=HTTPStatus.ACCEPTED,
                answered="The request is accepted. `Location` is its URL.",
                waited=kind.document,
                body=kind.bodies,
                problems=submit,
            ),
            Operation("GET", one, self.status, kind.shows, kind.document, problems=FOUND),
            Operation(
                *("GET", one + "/events", self.events),
                "Stream the progress: one `status` event per change, the last with the result",
                "text/event-stream",
                problems={**FOUND, **WATCHED},
            ),
            *(
                Operation(
                    *("GET", f"{one}/chart.{name}", self.chart, "Get the chart", media_type),
                    query=chart_variant.ChartQuery,
                    problems={**FOUND, **NOT_DONE, **chart_variant.BAD},
                )
                for name, media_type in MEDIA_TYPES.items()
            ),
            Operation(
                *("GET", one + "/result.csv", self.table, kind.table, "text/csv"),
                problems={**FOUND, **NOT_DONE},
            ),
        ]

    async def submit(self, request: Request) -> Response:
        """Accept a request. Answers 202 if the broker has the event or the result is known.

        If the caller prefers to wait and the request ends in time, answers with its document.
        """
        submission.require_json(request)
        turn = self.limits.turn(request)
        try:
            submitted = self.kind.read(await read_body(request, if_late=turn.take))
            requested = submitted.requested
            require_available(requested.symbol, self.settings, self.symbols.directory())
        except StockcastError:
            await turn.take()  # refused requests count too
            raise
        self.publisher.require_sink()
        wait_s = prefer_wait.seconds(request) if self.limits.may_watch(request) else 0
        if not wait_s:
            return self._accepted(await self._submitted(request, submitted, turn))
        # Watch first, so that no change is lost.
        with self.limits.watching(request), self.changes.watching(requested.request_id) as watch:
            came = await self._submitted(request, submitted, turn)
            load_shedding.only_waits(request)
            reading = self._reading(came.request_id)
            found = (came.record, None) if came.record else await reading.request()
            ended = await prefer_wait.ended(self.changes, watch, found, reading, wait_s)
        applied = {"preference-applied": f"wait={wait_s}"}
        if ended is None:
            return self._accepted(came, applied)
        return self._shown(*ended, {"location": self._path(came.request_id), **applied})

    async def _submitted(self, request: Request, submitted: Submission, turn: Turn) -> Submitted:
        requested = submitted.requested
        came = await self.store.submit(
            requested,
            turn.rate(),
            most_waiting=self.settings.backlog_limit,
            has_own_id=submitted.has_own_id,
        )
        if came.status is not Status.QUEUED:
            return came
        try:
            # A repeated request publishes the event again: the first one may have failed.
            stands = await self.hand_over(
                requested,
                requested.request_id,
                partial(self._under_way, requested.request_id),
                request.headers.get("traceparent", ""),
            )
        except StockcastError:
            with suppress(StockcastError):
                await self.store.leave_backlog(requested.request_id)
            raise
        return replace(came, status=stands or came.status)

    async def _under_way(self, request_id: str) -> Status | None:
        """The status of the request, if a stage has started it."""
        record, _ = await self.store.read_with_result(request_id, with_result=False)
        return record.status if record and record.status is not Status.QUEUED else None

    def _path(self, request_id: str) -> str:
        return f"{self.kind.path}/{request_id}"

    def _accepted(self, came: Submitted, headers: Mapping[str, str] | None = None) -> Response:
        path = self._path(came.request_id)
        links = {"self": path, "events": f"{path}/events", "chart": f"{path}/chart.png"}
        body = {"id": came.request_id, "status": came.status.value, "links": links}
        return JSONResponse(body, HTTPStatus.ACCEPTED, {"location": path, **(headers or {})})

    def _reading(self, request_id: str) -> Reading:
        return Reading(
            lambda: self.store.read_with_result(request_id), self.store.result, self._document
        )

    async def status(self, request: Request) -> Response:
        return self._shown(*await self._found(request))

    def _shown(
        self, record: RequestRecord, result: bytes | None, headers: Mapping[str, str] | None = None
    ) -> Response:
        shown = {"cache-control": "no-store", **(headers or {})}
        document = self._document(record, result)
        return Response(document, media_type="application/json", headers=shown)

    async def events(self, request: Request) -> Response:
        # Watch first, then read, so that no change in between is lost.
        watch = self.changes.watch(request.path_params["id"])
        try:
            found = await self._found(request)
            self._document(*found)  # raises 410 before the stream starts
            reading = self._reading(request.path_params["id"])
            events = progress.stream(self.changes, watch, found, reading)
            return self.limits.stream(request, events, watch.close)
        except BaseException:
            watch.close()
            raise

    async def chart(self, request: Request) -> Response:
        """The chart. If it does not exist yet, the forecast function draws it now."""
        variant = chart_variant.asked_for(request)
        record, _ = await self._found(request, with_result=False)
        _require_done(record)
        picture = await self.store.chart(record.result_key, variant)
        if picture is None:
            if await self.store.result(record.result_key) is None:
                raise _gone()
            picture = await self._drawn(record, variant)
        # The chart changes when the backtest is done, so browsers must revalidate it.
        digest = hashlib.sha256(picture).hexdigest()[:32]
        headers = {"cache-control": "private, no-cache", "vary": "Accept", "etag": f'"{digest}"'}
        if parse_etags(request.headers.get("if-none-match")).contains_weak(digest):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(picture, media_type=MEDIA_TYPES[variant.format], headers=headers)

    async def table(self, request: Request) -> Response:
        record, result = await self._found(request)
        _require_done(record)
        if result is None:
            raise _gone()
        text = result_table.table(json.loads(result))
        requested = record.requested
        name = requested.kind if requested.is_analysis else f"{requested.days}-days"
        headers = {"content-disposition": f'attachment; filename="{requested.symbol}-{name}.csv"'}
        return Response(text, media_type="text/csv", headers=headers)

    async def _drawn(self, record: RequestRecord, variant: Variant) -> bytes:
        wanted = ChartRequested(
            record.requested.request_id, record.requested.symbol, record.result_key, *variant
        )
        turn = int(time.time() // CHART_AGAIN_S)
        name = "-".join(map(str, variant))
        event_id = f"chart-{record.result_key}-{name}-{turn}"
        drawn = partial(self.store.chart, record.result_key, variant)
        if picture := await self.hand_over(wanted, event_id, drawn):
            return picture
        give_up = time.monotonic() + CHART_WAIT_S
        while time.monotonic() < give_up:
            if picture := await drawn():
                return picture
            await asyncio.sleep(CHART_POLL_S)
        message = "The chart is not drawn yet. Try again in a few seconds."
        raise TemporaryError(message, retry_after_s=3)

    async def _found(
        self, request: Request, *, with_result: bool = True
    ) -> tuple[RequestRecord, bytes | None]:
        """The request, and its result if it is done. Raises 404 if there is no such request."""
        request_id = request.path_params["id"]
        record, result = None, None
        if fields.REQUEST_ID.fullmatch(request_id):
            found = await self.store.read_with_result(request_id, with_result=with_result)
            record, result = found
        if record is None:
            named = repr(request_id[:64])
            detail = f"There is no request {named}. It may have expired. Submit it again."
            raise HTTPException(HTTPStatus.NOT_FOUND, detail)
        return record, result

    @staticmethod
    def _document(record: RequestRecord, result: bytes | None) -> bytes:
        """The complete status document. It includes the stored result without parsing it."""
        document = json_bytes(record.document())
        if record.status is not Status.DONE:
            return document
        if result is None:
            raise _gone()
        return document[:-1] + b',"result":' + result + b"}"


def _require_done(record: RequestRecord) -> None:
    if record.status is not Status.DONE:
        detail = f"The request is {record.status.value}. Wait until its status is done."
        raise HTTPException(HTTPStatus.CONFLICT, detail)


def _gone() -> HTTPException:
    return HTTPException(HTTPStatus.GONE, "The result has expired. Submit the request again.")
