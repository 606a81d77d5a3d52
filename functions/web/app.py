"""The HTTP API (DESIGN, "Contracts") as an ASGI application."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from msgspec import structs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.signature import Signer
from functions.common.errors import ConflictError, StockcastError, TemporaryError
from functions.common.messages import fields
from functions.common.messages.events import ChartRequested, ForecastRequested
from functions.common.requests.record import RequestRecord, Source, Status
from functions.web.api import dead_letters as dead_letter
from functions.web.api import result_table as csv_table
from functions.web.api import submission
from functions.web.api.batches import BatchApi
from functions.web.api.failures import HANDLERS
from functions.web.api.metrics import Exposition
from functions.web.api.submission import Submission
from functions.web.api.symbols import SymbolApi
from functions.web.description import openapi
from functions.web.limits.clients import Limits
from functions.web.limits.load_shedding import Shedding
from functions.web.live import progress
from functions.web.live.progress import Changes
from functions.web.page.files import PageFiles
from functions.web.publishing.publisher import Publisher
from functions.web.security import SecurityHeaders, read_body
from functions.web.settings import Settings
from functions.web.stores.requests import WebStore
from functions.web.symbols.search import require_available

FORECASTS, ANALYSES = "/api/forecasts", "/api/analyses"
"""One space of ids: a request is found under either."""
CHART_WAIT_S = 20.0
CHART_POLL_S = 0.05
CHART_AGAIN_S = 15
"""A chart that was asked for and did not come is asked for anew after this long."""


class Api:
    """The handlers, one a route."""

    def __init__(
        self,
        settings: Settings,
        store: WebStore,
        changes: Changes,
        publisher: Publisher,
        limits: Limits,
        symbols: SymbolApi,
        batches: BatchApi,
        exposition: Exposition,
    ) -> None:
        self.symbols = symbols
        self.batches = batches
        self.exposition = exposition
        self._settings = settings
        self._store = store
        self._changes = changes
        self._publisher = publisher
        self._limits = limits
        self._files = PageFiles()
        self._signer = Signer(settings.event_tokens)

    async def page(self, request: Request) -> Response:
        return self._files.page(request, "index.html")

    async def docs(self, request: Request) -> Response:
        return self._files.page(request, "docs/docs.html")

    async def static(self, request: Request) -> Response:
        return self._files.file(request)

    async def openapi(self, _: Request) -> Response:
        return JSONResponse(openapi.DOCUMENT)

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok", "function": "web"})

    async def ready(self, _: Request) -> Response:
        await self._store.ping()
        return JSONResponse({"status": "ready", "function": "web"})

    async def submit_forecast(self, request: Request) -> Response:
        return await self._submit(request, submission.forecast)

    async def submit_analysis(self, request: Request) -> Response:
        return await self._submit(request, submission.analysis)

    async def _submit(self, request: Request, read: Callable[[bytes], Submission]) -> Response:
        """Accept a request: 202 once its event is with the broker, or its result is known."""
        submission.require_json(request)
        turn = self._limits.turn(request)
        try:
            submitted = read(await read_body(request, if_late=turn.take))
            requested = submitted.requested
            require_available(requested.symbol, self._settings)
        except StockcastError:
            await turn.take()  # one that is refused has cost something, too
            raise
        latest = await self._store.latest(requested, turn.rate(), counts=not submitted.has_own_id)
        if latest and not submitted.has_own_id:
            requested = structs.replace(requested, request_id=latest.request_id)
            return _accepted(requested, Status.DONE)
        if latest:
            stood = await self._store.advance(
                requested, Status.DONE, reason=Source.LATEST.value, result_key=latest.result_key
            )
            return _accepted(requested, stood or Status.DONE)
        await self._store.enter_backlog(requested.request_id, self._settings.backlog_limit)
        try:
            stood = await self._store.advance(requested, Status.QUEUED)
            if stood in {None, Status.QUEUED}:
                # Said again, it is published again: the first time may have failed half way.
                traceparent = request.headers.get("traceparent", "")
                await self._publisher.publish(requested, requested.request_id, traceparent)
        except StockcastError:
            with suppress(StockcastError):
                await self._store.leave_backlog(requested.request_id)
            raise
        if stood and stood.is_final:
            await self._store.leave_backlog(requested.request_id)
        return _accepted(requested, stood or Status.QUEUED)

    async def status(self, request: Request) -> Response:
        return _json(await self._document(await self._record(request)))

    async def events(self, request: Request) -> Response:
        record = await self._record(request)
        if record.status is Status.DONE:
            await self._result(record)  # while the answer can still say that it has expired
        events = progress.stream(
            self._changes, record.requested.request_id, self._store.read, self._document
        )
        return self._limits.stream(request, events)

    async def chart(self, request: Request) -> Response:
        """The PNG; drawn now by the forecast function if nobody has looked at it before."""
        record = await self._finished(request)
        png = await self._store.chart(record.result_key)
        if png is None:
            await self._result(record)
            png = await self._drawn(record)
        headers = {"cache-control": "private, max-age=3600"}
        return Response(png, media_type="image/png", headers=headers)

    async def table(self, request: Request) -> Response:
        record = await self._finished(request)
        text = csv_table.table(json.loads(await self._result(record)))
        requested = record.requested
        name = requested.kind if requested.is_analysis else f"{requested.days}-days"
        headers = {"content-disposition": f'attachment; filename="{requested.symbol}-{name}.csv"'}
        return Response(text, media_type="text/csv", headers=headers)

    async def dead_letter(self, request: Request) -> Response:
        """Take an event that nobody took, and fail its request or batch.

        Everybody reaches this as they reach web: EVENT_TOKEN keeps it to events of ours.
        """
        body = await read_body(request, cloudevent.MAX_EVENT_BYTES)
        dead = cloudevent.parse(dict(request.headers), body)
        self._signer.check(dead)
        await self._store.count_dead_letter(dead_letter.counted_type(dead))
        failed = dead_letter.failure_of(dead)
        if failed:
            # A conflict: the id stands for another request, which is not to blame.
            with suppress(ConflictError):
                await self._store.fail(*failed)
        await self.batches.bury(dead)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _drawn(self, record: RequestRecord) -> bytes:
        wanted = ChartRequested(
            record.requested.request_id, record.requested.symbol, record.result_key
        )
        turn = int(time.time() // CHART_AGAIN_S)
        await self._publisher.publish(wanted, f"chart-{record.result_key}-{turn}")
        give_up = time.monotonic() + CHART_WAIT_S
        while time.monotonic() < give_up:
            png = await self._store.chart(record.result_key)
            if png is not None:
                return png
            await asyncio.sleep(CHART_POLL_S)
        message = "The chart is still being drawn; ask again in a few seconds."
        raise TemporaryError(message, retry_after_s=3)

    async def _record(self, request: Request) -> RequestRecord:
        request_id = request.path_params["id"]
        is_id = fields.REQUEST_ID.fullmatch(request_id)
        record = await self._store.read(request_id) if is_id else None
        if record is None:
            named = repr(request_id[:64])
            detail = f"There is no request {named}; it may have expired. Submit it again."
            raise HTTPException(HTTPStatus.NOT_FOUND, detail)
        return record

    async def _finished(self, request: Request) -> RequestRecord:
        record = await self._record(request)
        if record.status is not Status.DONE:
            detail = f"The request is {record.status.value}; this is there once it is done."
            raise HTTPException(HTTPStatus.CONFLICT, detail)
        return record

    async def _result(self, record: RequestRecord) -> bytes:
        result = await self._store.result(record.result_key)
        if result is None:
            detail = "The result has expired; submit the request again."
            raise HTTPException(HTTPStatus.GONE, detail)
        return result

    async def _document(self, record: RequestRecord) -> bytes:
        """The whole status document; the stored result goes in as it is, unparsed."""
        document = cloudevent.json_bytes(record.document())
        if record.status is not Status.DONE:
            return document
        return document[:-1] + b',"result":' + await self._result(record) + b"}"


def application(api: Api, settings: Settings) -> Starlette:
    """The ASGI application around `api`."""
    routes = [
        Route("/", api.page),
        Route("/docs", api.docs),
        Route("/openapi.json", api.openapi),
        Route("/healthz", api.health),
        Route("/_/health", api.health),
        Route("/readyz", api.ready),
        Route("/metrics", api.exposition.metrics),
        *api.symbols.routes(),
        Route(FORECASTS, api.submit_forecast, methods=["POST"]),
        Route(ANALYSES, api.submit_analysis, methods=["POST"]),
        *(
            Route(path + rest, handler)
            for path in (FORECASTS, ANALYSES)
            for rest, handler in (
                ("/{id}", api.status),
                ("/{id}/events", api.events),
                ("/{id}/chart.png", api.chart),
                ("/{id}/result.csv", api.table),
            )
        ),
        *api.batches.routes(),
        Route("/events/dead-letter", api.dead_letter, methods=["POST"]),
        Route("/static/{path:path}", api.static),
    ]
    middleware = [Middleware(SecurityHeaders)]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "traceparent"],
            expose_headers=["location", "retry-after"],
        )
        middleware.append(cors)
    # Inside: a page of another origin has to see that it is to ask again, and when.
    middleware.append(Middleware(Shedding, most=settings.concurrency_limit))
    app = Starlette(routes=routes, middleware=middleware, exception_handlers=HANDLERS)
    # It would send a caller to whatever host the request names.
    app.router.redirect_slashes = False
    return app


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


def _accepted(requested: ForecastRequested, status: Status) -> Response:
    path = ANALYSES if requested.is_analysis else FORECASTS
    location = f"{path}/{requested.request_id}"
    links = {"self": location, "events": f"{location}/events", "chart": f"{location}/chart.png"}
    body = {"id": requested.request_id, "status": status.value, "links": links}
    return JSONResponse(body, HTTPStatus.ACCEPTED, {"location": location})
