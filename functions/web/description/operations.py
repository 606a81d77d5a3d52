"""Routes with a description, from which the OpenAPI description is built."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BUSY = {503: "Stockcast is busy. `Retry-After` says when to try again."}
DOWN = {
    503: "Stockcast is busy, or Redis or the broker is down. `Retry-After` says when to try again."
}
THROTTLED = {429: "There are too many requests. `Retry-After` says when to try again."}
WATCHED = {429: "The client has too many open streams. `Retry-After` says when to try again."}
UNKNOWN = {404: "The request does not exist or has expired."}
EXPIRED = {410: "The result has expired. Submit the request again."}
NOT_DONE = {409: "The request is not done yet."}
SUBMITTED = {
    400: "The body is not JSON.",
    408: "The body did not arrive within 10 s.",
    409: "The id was used for another request.",
    413: "The body is larger than 64 KiB.",
    415: "The content type is not application/json.",
    422: "A field is missing, wrong or unknown. `errors` names each one.",
    **THROTTLED,
    **DOWN,
}
"""The problems that a submission can get."""


class Operation(Route):
    """One method of one path. `body` and `query` are classes of messages.

    For a body that is not JSON, `content` maps media types to schemas instead.

    `answer` is the class of the JSON answer or a media type. It is None if the answer has no
    schema. `waited` is the class of the answer to a caller who prefers to wait. `problems` maps
    each status of a refusal to its reason.
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
        waited: type | None = None,
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
        self.waited = waited
        self.body = body
        self.content = content or {}
        self.query = query
        self.problems = problems or {}
