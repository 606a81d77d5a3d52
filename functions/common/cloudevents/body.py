"""The body of an event's HTTP request: bounded in size and time, whatever its sender tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.common.cloudevents.event import MAX_EVENT_BYTES
from functions.common.errors import OversizedEventError, SlowBodyError
from functions.common.request_heads import MOST_BYTES

if TYPE_CHECKING:
    import flask

BODY_TIMEOUT_S = 10.0
"""How long a sender may be silent in the middle of a body; a thread waits for it."""


def has_large_head(request: flask.Request) -> bool:
    """Whether its headers are larger than any of ours; gunicorn bounds each by itself."""
    return sum(len(name) + len(value) + 4 for name, value in request.headers) > MOST_BYTES


def read(request: flask.Request) -> bytes:
    """The whole body.

    Raises OversizedEventError, whether or not its length was told beforehand, and SlowBodyError.
    """
    from werkzeug.exceptions import BadRequest

    if (request.content_length or 0) > MAX_EVENT_BYTES:
        raise OversizedEventError(request.content_length or 0, MAX_EVENT_BYTES)
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(BODY_TIMEOUT_S)
    try:
        body: bytes = request.stream.read(MAX_EVENT_BYTES + 1)
    except (BadRequest, TimeoutError) as error:
        message = f"The body did not come, or nothing of it for {BODY_TIMEOUT_S:.0f} s."
        raise SlowBodyError(message) from error
    if len(body) > MAX_EVENT_BYTES:
        raise OversizedEventError(len(body), MAX_EVENT_BYTES)
    return body
