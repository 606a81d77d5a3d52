"""The routes of the page and of the API's description."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from functions.web.page.files import PageFiles


class PageApi:
    """The handlers, one a route."""

    def __init__(self) -> None:
        self._files = PageFiles()

    def routes(self) -> Sequence[BaseRoute]:
        """Where each handler is found."""
        return [
            Route("/", self.page),
            Route("/docs", self.docs),
            Route("/openapi.json", self.openapi),
            Route("/static/{path:path}", self.static),
        ]

    async def page(self, request: Request) -> Response:
        return self._files.page(request, "index.html")

    async def docs(self, request: Request) -> Response:
        return self._files.page(request, "docs/docs.html")

    async def static(self, request: Request) -> Response:
        return self._files.file(request)

    async def openapi(self, request: Request) -> Response:
        """The description of all routes; made when it is asked for."""
        from functions.web.description.openapi import document

        return JSONResponse(document(request.app.routes))
