"""The routes of the page and of the API's description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from http import HTTPStatus

from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.common.errors import StockcastError
from functions.common.messages.events import ForecastRequested
from functions.common.messages.submissions import ForecastSubmission
from functions.web.api.failures import on_http_error
from functions.web.page.files import PageFiles
from functions.web.stores.requests import WebStore

SOCIAL = "<!-- social -->"
ALWAYS_ON = 'data-functions="always-on"'
SCALE_TO_ZERO = 'data-functions="scale-to-zero"'
PROGRAMS = ("/api/", "/static/", "/events/")
ICON = "static/icons/icon-180.png"


class PageApi:
    """The handlers of the page's routes."""

    def __init__(self, store: WebStore, *, functions_sleep: bool = False) -> None:
        self._files = PageFiles()
        self._store = store
        self._changes = {ALWAYS_ON: SCALE_TO_ZERO} if functions_sleep else {}

    def routes(self) -> Sequence[Route]:
        return [
            Route("/", self.page),
            Route("/docs", self.docs),
            Route("/openapi.json", self.openapi),
            Route("/static/{path:path}", self.static),
        ]

    async def page(self, request: Request) -> Response:
        """The page. A link to a forecast shows its chart in previews (Open Graph)."""
        linked = _linked_forecast(request.query_params)
        image, title = ICON, "Stockcast"
        if linked:
            title = f"{linked.symbol}, {linked.days} days · Stockcast"
            if request_id := await self._latest(linked):
                image = f"api/forecasts/{request_id}/chart.png"
        # Other sites fetch the preview, so it needs an absolute URL.
        meta = {"og:title": title, "og:image": f"{request.base_url}{image}"}
        tags = (f'<meta property="{name}" content="{escape(text)}">' for name, text in meta.items())
        changes = {**self._changes, SOCIAL: "\n  ".join(tags)}
        return self._files.page(request, "index.html", changes)

    async def docs(self, request: Request) -> Response:
        return self._files.page(request, "docs/docs.html")

    async def static(self, request: Request) -> Response:
        return self._files.file(request)

    async def openapi(self, request: Request) -> Response:
        """The OpenAPI description of all routes, built for each request."""
        from functions.web.description.openapi import document

        return JSONResponse(document(request.app.routes))

    async def missing(self, request: Request, error: HTTPException) -> Response:
        """Answer an unknown path: a page for a browser, a problem document for a program."""
        path = request.url.path
        if "text/html" not in request.headers.get("accept", "") or path.startswith(PROGRAMS):
            return await on_http_error(request, error)
        home = "../" * (path.count("/") - 1) or "./"
        changes = {'href="./': f'href="{home}'}
        return self._files.page(request, "missing.html", changes, HTTPStatus.NOT_FOUND)

    async def _latest(self, linked: ForecastSubmission) -> str:
        requested = ForecastRequested("", linked.symbol, linked.days, linked.model)
        with suppress(RedisError, StockcastError):
            return await self._store.latest_id(requested)
        return ""  # the page works without the chart


def _linked_forecast(query: Mapping[str, str]) -> ForecastSubmission | None:
    """The forecast that the query of a page URL names, if any."""
    days = query.get("days", "45")
    if not query.get("symbol") or query.get("view") or not days.isascii() or not days.isdigit():
        return None
    model = query.get("model", "calibrated")
    with suppress(StockcastError):
        given = {"symbol": query["symbol"], "days": int(days), "model": model}
        return ForecastSubmission.from_data(given)
    return None
