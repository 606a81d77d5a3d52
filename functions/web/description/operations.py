"""A route that says what it does, so that the API's description can be made from the routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BUSY = {503: "Too busy; `Retry-After` says when to try again."}
DOWN = {503: "Too busy, or Redis or the broker is down; `Retry-After` says when to try again."}
THROTTLED = {429: "Too many requests; `Retry-After` says when to try again."}
WATCHED = {429: "Too many streams of one client; `Retry-After` says when to try again."}
UNKNOWN = {404: "No such request, or it has expired."}
EXPIRED = {410: "The result has expired; submit the request again."}
NOT_DONE = {409: "Not done yet."}
SUBMITTED = {
    400: "The body is not JSON.",
    408: "The body did not come within 10 s.",
    409: "The id was used for another request.",
    413: "The body is over 64 KiB.",
    415: "The content type is not application/json.",
    422: "A field is missing, wrong or unknown; `errors` names each.",
    **THROTTLED,
    **DOWN,
}
"""What a submission may be refused with."""


class Operation(Route):
    """One method of one path. `body` and `query` are classes of messages.

    A body that is no JSON has a schema by media type instead, in `content`.

    `answer` is the class of the JSON document, or a media type, or None for an answer without
    description. `problems` says by status why a request may be refused.
    """

    def __init__(
        self,
        method: str,
        path: str,
        handler: Callable[[Request], Awaitable[Response]],
        summary: str,
        answer: type | str | None = None,
        *,
        status: int = HTTPStatus.OK,
        answered: str = "",
        body: tuple[Any, ...] = (),
        content: Mapping[str, Any] | None = None,
        query: Any = None,
        problems: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(path, handler, methods=[method])
        self.method = method.lower()
        self.summary = summary
        self.answer = answer
        self.status = status
        self.answered = answered or summary
        self.body = body
        self.content = content or {}
        self.query = query
        self.problems = problems or {}
