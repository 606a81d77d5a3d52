"""The web function: the HTTP API and the page, in one event loop."""

from __future__ import annotations

import os
from functools import lru_cache

import functions_framework.aio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from functions.common import logs
from functions.common.config import Environment, read_or_exit
from functions.web.application import Api, application
from functions.web.progress import Changes
from functions.web.publisher import Publisher
from functions.web.settings import Settings
from functions.web.store import WebStore, connect
from functions.web.symbols import SAMPLE, Directory

settings = read_or_exit("web", Settings.read, Environment(os.environ))
logs.configure("web", settings.log_level)


@lru_cache(maxsize=1)
def build() -> Starlette:
    """The application with its stores, wired together on the first request's event loop."""
    redis = connect(settings.redis)
    api = Api(
        settings,
        WebStore(redis, settings.redis),
        Changes(redis),
        Publisher(settings.sink),
        Directory(SAMPLE),
    )
    return application(api, settings)


class Delegated(Response):
    """Answers with what an ASGI application answers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, as it came in."""
        inner = {**scope, "root_path": "", "path_params": {}}
        await build()(inner, receive, send)


@functions_framework.aio.http
async def web(_: Request) -> Response:
    """Answer one HTTP request."""
    return Delegated()
