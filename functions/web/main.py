"""The web function: the HTTP API and the page, in one event loop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from functools import lru_cache
from types import FrameType

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from functions.common import collector, forked_workers, late_imports, logs  # noqa: F401 - late_imports acts
from functions.common.config import Environment, read_or_exit
from functions.common.request_heads import bound_uvicorn
from functions.web.settings import Settings
from functions.web.wiring import Wired

bound_uvicorn()
forked_workers.end_at_sigterm()
settings = read_or_exit("web", Settings.read, Environment(os.environ))
logs.configure("web", settings.log_level)


@lru_cache(maxsize=1)
def wired() -> Wired:
    """The application, built in the event loop of the first request."""
    built = Wired(settings)
    _on_termination(built.end_streams)
    return built


def _on_termination(act: Callable[[], None]) -> None:
    """Run `act` in the event loop at SIGTERM, before the server's own handler."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGTERM)

    def terminated(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, terminated)


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    await wired().application({**scope, "root_path": "", "path_params": {}}, receive, send)


class Delegated(Response):
    """Passes a request to the ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await answer(scope, receive, send)


@functions_framework.aio.http
async def web(request: Request) -> Response:
    """Answer the first HTTP request, and all others without the framework's own application.

    Its routes and middlewares would run before ours, and for each chunk of an answer.
    """
    request.app.middleware_stack = answer
    return Delegated()


collector.resume()
