"""The probes: whether the process runs, and whether its stores answer."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.web.description.operations import DOWN, Operation
from functions.web.stores.requests import WebStore


class HealthApi(Struct):
    """The handlers of the probes."""

    store: WebStore

    def routes(self) -> Sequence[Route]:
        return [
            Operation("GET", "/healthz", self.health, "Check that the process runs"),
            Route("/_/health", self.health),
            Operation("GET", "/readyz", self.ready, "Check that its stores answer", problems=DOWN),
        ]

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok", "function": "web"})

    async def ready(self, _: Request) -> Response:
        await self.store.ping()
        return JSONResponse({"status": "ready", "function": "web"})
