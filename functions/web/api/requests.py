"""What forecasts and analyses share: a request is submitted, watched and read back."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from msgspec import structs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from werkzeug.http import parse_etags

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import StockcastError, TemporaryError
from functions.common.messages import fields
from functions.common.messages.charts import MEDIA_TYPES, Variant
from functions.common.messages.documents import Accepted
from functions.common.messages.events import ChartRequested, ForecastRequested
from functions.common.requests.record import RequestRecord, Status
from functions.web.api import chart_variant, result_table, submission
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
from functions.web.limits.clients import Limits
from functions.web.live import progress
from functions.web.live.progress import Changes
from functions.web.publishing.hand_over import HandOver
from functions.web.publishing.publisher import Publisher
from functions.web.security import read_body
from functions.web.settings import Settings
from functions.web.stores.requests import WebStore
from functions.web.symbols.availability import require_available
from functions.web.symbols.source import SymbolSource

CHART_WAIT_S = 50.0
CHART_POLL_S = 0.05
CHART_AGAIN_S = 15
"""A chart that was asked for and did not come is asked for again after this long."""
FOUND = {**UNKNOWN, **EXPIRED, **DOWN}


class RequestApi:
    """The handlers of one kind of request, one a route.

    All kinds share one space of ids: a request is found under the path of each.
    """

    PATH: ClassVar[str]

    def __init__(
        self,
        settings: Settings,
        store: WebStore,
        changes: Changes,
        publisher: Publisher,
        limits: Limits,
        symbols: SymbolSource,
    ) -> None:
        self._settings = settings
        self._symbols = symbols
        self._store = store
        self._changes = changes
        self._publisher = publisher
        self._limits = limits
        self._hand_over = HandOver(publisher)

    def described(
        self,
        bodies: Sequence[Any],
        document: type,
        *,
        asks: str,
        shows: str,
        table: str,
    ) -> list[Operation]:
        """The routes. `asks` sums up what is submitted, `shows` and `table` what is answered."""
        one = self.PATH + "/{id}"
        submit = {**SUBMITTED, 404: "Unknown symbol, where that is known at once."}
        return [
            Operation(
                *("POST", self.PATH, self.submit, asks, Accepted),
                status=HTTPStatus.ACCEPTED,
                answered="Accepted; `Location` is where it is.",
                body=tuple(bodies),
                problems=submit,
            ),
            Operation("GET", one, self.status, shows, document, problems=FOUND),
            Operation(
                *("GET", one + "/events", self.events),
                "Its progress, live: one `status` event a change, the last with the whole document",
                "text/event-stream",
                problems={**FOUND, **WATCHED},
            ),
            *(
                Operation(
                    *("GET", f"{one}/chart.{kind}", self.chart, "The chart", media_type),
                    query=chart_variant.ChartQuery,
                    problems={**FOUND, **NOT_DONE, **chart_variant.BAD},
                )
                for kind, media_type in MEDIA_TYPES.items()
            ),
            Operation(
                *("GET", one + "/result.csv", self.table, table, "text/csv"),
                problems={**FOUND, **NOT_DONE},
            ),
        ]

    def read(self, body: bytes) -> Submission:
        """What a body asks for. Raises BadBodyError or InvalidMessageError."""
        raise NotImplementedError

    async def submit(self, request: Request) -> Response:
        """Accept a request: 202 once its event is with the broker, or its result is known."""
        submission.require_json(request)
        turn = self._limits.turn(request)
        try:
            submitted = self.read(await read_body(request, if_late=turn.take))
            requested = submitted.requested
            directory = self._symbols.directory()
            sources, uploads = self._settings.providers, self._settings.uploads
            require_available(requested.symbol, sources, directory, uploads=uploads)
        except StockcastError:
            await turn.take()  # one that is refused has cost something, too
            raise
        self._publisher.require_sink()
        came = await self._store.submit(
            requested,
            turn.rate(),
            most_waiting=self._settings.backlog_limit,
            has_own_id=submitted.has_own_id,
        )
        status = came.status
        if status is Status.QUEUED:
            try:
                # Said again, it is published again: the first time may have failed half way.
                stands = await self._hand_over(
                    requested,
                    requested.request_id,
                    partial(self._under_way, requested.request_id),
                    request.headers.get("traceparent", ""),
                )
                status = stands or status
            except StockcastError:
                with suppress(StockcastError):
                    await self._store.leave_backlog(requested.request_id)
                raise
        return self._accepted(structs.replace(requested, request_id=came.request_id), status)

    async def _under_way(self, request_id: str) -> Status | None:
        """Where the request stands, if a stage has taken it."""
        record, _ = await self._store.read_with_result(request_id, with_result=False)
        return record.status if record and record.status is not Status.QUEUED else None

    def _accepted(self, requested: ForecastRequested, status: Status) -> Response:
        location = f"{self.PATH}/{requested.request_id}"
        links = {"self": location, "events": f"{location}/events", "chart": f"{location}/chart.png"}
        body = {"id": requested.request_id, "status": status.value, "links": links}
        return JSONResponse(body, HTTPStatus.ACCEPTED, {"location": location})

    async def status(self, request: Request) -> Response:
        document = self._document(*await self._found(request))
        headers = {"cache-control": "no-store"}
        return Response(document, media_type="application/json", headers=headers)

    async def events(self, request: Request) -> Response:
        # It watches before it looks, so that no change comes in between.
        watch = self._changes.watch(request.path_params["id"])
        try:
            record, result = await self._found(request)
            self._document(record, result)  # while the answer can still say that it has expired
            events = progress.stream(
                self._changes,
                watch,
                (record, result),
                lambda: self._store.read_with_result(record.requested.request_id),
                self._document,
            )
            return self._limits.stream(request, events, watch.close)
        except BaseException:
            watch.close()
            raise

    async def chart(self, request: Request) -> Response:
        """The picture; drawn now by the forecast function if nobody has looked at it before."""
        variant = chart_variant.asked_for(request)
        record, _ = await self._found(request, with_result=False)
        _require_done(record)
        picture = await self._store.chart(record.result_key, variant)
        if picture is None:
            if await self._store.result(record.result_key) is None:
                raise _gone()
            picture = await self._drawn(record, variant)
        # It is drawn again once the backtest is there, so a browser asks whether it has changed.
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
        drawn = partial(self._store.chart, record.result_key, variant)
        if picture := await self._hand_over(wanted, event_id, drawn):
            return picture
        give_up = time.monotonic() + CHART_WAIT_S
        while time.monotonic() < give_up:
            if picture := await drawn():
                return picture
            await asyncio.sleep(CHART_POLL_S)
        message = "The chart is still being drawn; ask again in a few seconds."
        raise TemporaryError(message, retry_after_s=3)

    async def _found(
        self, request: Request, *, with_result: bool = True
    ) -> tuple[RequestRecord, bytes | None]:
        """The request, and its result if it is done."""
        request_id = request.path_params["id"]
        record, result = None, None
        if fields.REQUEST_ID.fullmatch(request_id):
            found = await self._store.read_with_result(request_id, with_result=with_result)
            record, result = found
        if record is None:
            named = repr(request_id[:64])
            detail = f"There is no request {named}; it may have expired. Submit it again."
            raise HTTPException(HTTPStatus.NOT_FOUND, detail)
        return record, result

    @staticmethod
    def _document(record: RequestRecord, result: bytes | None) -> bytes:
        """The whole status document; the stored result goes in as it is, unparsed."""
        document = json_bytes(record.document())
        if record.status is not Status.DONE:
            return document
        if result is None:
            raise _gone()
        return document[:-1] + b',"result":' + result + b"}"


def _require_done(record: RequestRecord) -> None:
    if record.status is not Status.DONE:
        detail = f"The request is {record.status.value}; this is there once it is done."
        raise HTTPException(HTTPStatus.CONFLICT, detail)


def _gone() -> HTTPException:
    return HTTPException(HTTPStatus.GONE, "The result has expired; submit the request again.")
