"""Answers every error with a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from functions.common import problems
from functions.common.errors import StockcastError, TemporaryError
from functions.common.problems import problem
from functions.web.problem_answer import problem_answer


async def _on_error(_: Request, error: StockcastError) -> Response:
    headers = {}
    if isinstance(error, TemporaryError) and error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after_s)))
    return problem_answer(problems.from_error(error), headers)


async def on_http_error(request: Request, error: HTTPException) -> Response:
    """A problem document for an HTTP error, such as an unknown path."""
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != phrase else f"{request.method} {request.url.path}"
    slug = phrase.lower().replace(" ", "-")
    return problem_answer(
        problem(slug, phrase, error.status_code, detail), dict(error.headers or {})
    )


async def _on_defect(_: Request, __: Exception) -> Response:
    """Answer 500. Starlette then raises the error again, and the server logs it."""
    detail = "Stockcast failed on this request. Its log says why."
    return problem_answer(problem("internal", "Internal error", 500, detail))


HANDLERS: dict[Any, Callable[[Request, Any], Awaitable[Response]]] = {
    StockcastError: _on_error,
    HTTPException: on_http_error,
    Exception: _on_defect,
}
