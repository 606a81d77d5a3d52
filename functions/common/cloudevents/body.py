"""Reads the body of an event's HTTP request, within limits of size and time."""

from __future__ import annotations

from functions.common.cloudevents.event import MAX_EVENT_BYTES
from functions.common.cloudevents.wsgi import HttpRequest
from functions.common.errors import OversizedEventError, SlowBodyError
from functions.common.request_heads import MOST_BYTES

BODY_TIMEOUT_S = 10.0
"""How long a sender may pause in the middle of a body. A thread waits meanwhile."""


def has_large_head(request: HttpRequest) -> bool:
    """Whether the headers together exceed the limit. gunicorn limits only each one."""
    sizes = (len(name) + len(value) + 4 for name, value in request.headers.items())
    return sum(sizes) > MOST_BYTES


def read(request: HttpRequest) -> bytes:
    """The whole body.

    Raises OversizedEventError if it is too large, with or without a Content-Length. Raises
    SlowBodyError if it does not arrive in time.
    """
    told = request.headers.get("content-length", "")
    length = int(told) if told.isascii() and told.isdigit() else None
    if length is None and not request.environ.get("wsgi.input_terminated"):
        return b""
    if length is not None and length > MAX_EVENT_BYTES:
        raise OversizedEventError(length, MAX_EVENT_BYTES)
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(BODY_TIMEOUT_S)
    most = MAX_EVENT_BYTES + 1 if length is None else length
    try:
        body: bytes = request.environ["wsgi.input"].read(most)
    except OSError as error:
        raise SlowBodyError(_late()) from error
    if len(body) > MAX_EVENT_BYTES:
        raise OversizedEventError(len(body), MAX_EVENT_BYTES)
    if length is not None and len(body) < length:
        raise SlowBodyError(_late())
    return body


def _late() -> str:
    return f"The body ended early, or the sender paused for {BODY_TIMEOUT_S:.0f} s. Send it again."
