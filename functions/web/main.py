"""The web function: the HTTP API and the page, in one event loop."""

from __future__ import annotations

import os
from functools import lru_cache

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from functions.common import logs
from functions.common.config import Environment, read_or_exit
from functions.web.settings import Settings
from functions.web.wiring import Wired

settings = read_or_exit("web", Settings.read, Environment(os.environ))
logs.configure("web", settings.log_level)


@lru_cache(maxsize=1)
def wired() -> Wired:
    """The application, built in the first request's event loop."""
    return Wired(settings)


class Delegated(Response):
    """Answers with what an ASGI application answers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, as it came in."""
        inner = {**scope, "root_path": "", "path_params": {}}
        await wired().application(inner, receive, send)


@functions_framework.aio.http
async def web(_: Request) -> Response:
    """Answer one HTTP request."""
    return Delegated()
