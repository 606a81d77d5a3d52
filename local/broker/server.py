r"""The broker's HTTP server. It accepts CloudEvents by POST and answers 202 when they are stored.

REDIS_URL=redis://... python -m local.broker.server --port 8090 --triggers knative/base \
        --service web=http://127.0.0.1:8080 --service ingest=... --service forecast=...
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import uvicorn
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as METRICS_TYPE
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.common import logs, problems
from functions.common.bounded_protocol import BoundedProtocol
from functions.common.cloudevents import event as cloudevent
from functions.common.config import Environment, RedisSettings
from functions.common.errors import MalformedEventError, OversizedEventError, StockcastError, cause
from functions.common.problems import problem
from local.broker import triggers
from local.broker.queue import Queue
from local.broker.routing import Router

MAX_EVENT_BYTES = 1024 * 1024
HOST = "127.0.0.1"

log = logging.getLogger(__name__)


def application(router: Router, queue: Queue) -> Starlette:
    """The broker's ASGI application. It delivers events while it runs."""

    async def accept(request: Request) -> Response:
        try:
            event = cloudevent.parse(dict(request.headers), await _body(request))
        except StockcastError as error:
            return _problem(problems.from_error(error))
        try:
            await router.accept(event)
        except RedisError as error:
            detail = f"The event is not stored, because Redis does not answer: {cause(error)}"
            return _problem(problem("unavailable", "Temporarily unavailable", 503, detail))
        return Response(status_code=202)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "function": "broker"})

    async def ready(_: Request) -> Response:
        try:
            await queue.is_ready()
        except RedisError as error:
            detail = f"Redis does not answer: {cause(error)}"
            return _problem(problem("unavailable", "Temporarily unavailable", 503, detail))
        return JSONResponse({"status": "ready", "function": "broker"})

    async def metrics(_: Request) -> Response:
        return Response(router.unwanted.metrics(), headers={"content-type": METRICS_TYPE})

    @contextlib.asynccontextmanager
    async def delivering(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(router.run())
        task.add_done_callback(_end_if_broken)
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    routes = [
        Route("/healthz", health),
        Route("/readyz", ready),
        Route("/metrics", metrics),
        Route("/{path:path}", accept, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=delivering)


def _end_if_broken(delivering: asyncio.Task[None]) -> None:
    """Stop the server if delivery ends, so that the broker restarts and does not only accept."""
    if not delivering.cancelled() and delivering.exception():
        log.critical("delivery ended", exc_info=delivering.exception())
        signal.raise_signal(signal.SIGTERM)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_EVENT_BYTES:
            raise OversizedEventError(len(body), MAX_EVENT_BYTES)
    if not body and not cloudevent.is_event(dict(request.headers)):
        message = "The request is empty. POST a CloudEvent."
        raise MalformedEventError(message)
    return bytes(body)


def _problem(shown: dict[str, object]) -> Response:
    status = int(str(shown["status"]))
    headers = {"retry-after": "2"} if status == 503 else None  # noqa: PLR2004
    return JSONResponse(shown, status, headers, problems.CONTENT_TYPE)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the broker until it gets a signal to stop."""
    parser = argparse.ArgumentParser(description="Stockcast's broker for one machine.")
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default {HOST})")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--redis-url", help="(default: REDIS_URL, which other users cannot see)")
    parser.add_argument("--triggers", type=Path, required=True, help="folder of Knative manifests")
    parser.add_argument("--service", action="append", default=[], metavar="NAME=URL")
    parser.add_argument(
        "--at-once", type=int, default=8, help="parallel deliveries to one function"
    )
    given = parser.parse_args(arguments)
    logs.configure("broker", "INFO")
    logging.getLogger("local").setLevel("INFO")
    services = dict(pair.split("=", 1) for pair in given.service)
    redis_url = given.redis_url or RedisSettings.read(Environment(os.environ)).url
    # Each write waits for the one before it, so close a connection that hangs soon.
    redis = Redis.from_url(
        redis_url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=15
    )
    queue = Queue(redis)
    router = Router(triggers.read(given.triggers, services), queue, at_once=given.at_once)
    uvicorn.run(
        application(router, queue),
        http=BoundedProtocol,
        host=given.host,
        port=given.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
