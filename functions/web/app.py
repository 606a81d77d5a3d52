"""The HTTP API (DESIGN, "Contracts") as an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from functions.web.api.failures import HANDLERS
from functions.web.limits.load_shedding import Shedding
from functions.web.security import SecurityHeaders
from functions.web.settings import Settings


class Resource(Protocol):
    """The routes of one resource."""

    def routes(self) -> Sequence[BaseRoute]:
        """The routes of the resource."""


def application(
    resources: Iterable[Resource],
    settings: Settings,
    missing: Callable[[Request, Any], Awaitable[Response]],
) -> Starlette:
    """The ASGI application with the routes of all `resources`. `missing` answers unknown paths."""
    middleware = [Middleware(SecurityHeaders)]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "prefer", "traceparent"],
            expose_headers=["location", "preference-applied", "retry-after"],
        )
        middleware.append(cors)
    # Inside CORS, so that pages of other origins can read the 503 and its Retry-After.
    middleware.append(Middleware(Shedding, most=settings.concurrency_limit))
    app = Starlette(
        routes=[route for one in resources for route in one.routes()],
        middleware=middleware,
        exception_handlers={**HANDLERS, HTTPStatus.NOT_FOUND: missing},
    )
    # A redirect would send the client to any host that the request names.
    app.router.redirect_slashes = False
    return app
