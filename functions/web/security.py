"""Security headers of all answers, and limits for request bodies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.common.errors import SlowBodyError, StockcastError

MAX_BODY_BYTES = 64 * 1024
BODY_TIMEOUT_S = 10.0
PROMPT_S = 0.1
"""Most bodies arrive together with the head or right after it."""
ADDS_SLASH = "sha256-aeYx85mVCNrXH5e4wvlGrh2WclmPOJlfFHEvtnE/2ls="
"""The hash of the page's only inline script. It adds the last slash to the URL. Gateways print URLs
without it, and then the page would not find its files."""
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; script-src 'self' '{ADDS_SLASH}'; style-src 'self';"
        " img-src 'self' data:;"
        " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class BodyTooLargeError(StockcastError, status=413, title="Body too large", slug="body-too-large"):
    """A body is larger than the limit."""


class SecurityHeaders:
    """Adds HEADERS to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def read_body(
    request: Request,
    most_bytes: int = MAX_BODY_BYTES,
    if_late: Callable[[], Awaitable[None]] | None = None,
    *,
    timeout_s: float | None = None,
) -> bytes:
    """Read the body. `timeout_s` is BODY_TIMEOUT_S by default.

    If the body is not there within PROMPT_S, `if_late` runs first and may raise an error.

    Raises BodyTooLargeError if the body is larger than `most_bytes`, SlowBodyError if it takes
    longer than `timeout_s`, so that clients cannot keep connections open without sending.
    """
    timeout_s = BODY_TIMEOUT_S if timeout_s is None else timeout_s
    body = bytearray()
    try:
        with anyio.move_on_after(PROMPT_S) as prompt:
            await _read(request, body, most_bytes)
        if prompt.cancelled_caught:
            if if_late:
                await if_late()
            with anyio.fail_after(timeout_s):
                await _read(request, body, most_bytes)
    except TimeoutError:
        raise SlowBodyError(f"The body did not arrive within {timeout_s:.0f} s.") from None
    except ClientDisconnect:
        raise SlowBodyError("The body ended too early.") from None  # the client is gone
    return bytes(body)


async def _read(request: Request, body: bytearray, most_bytes: int) -> None:
    """Add what comes to `body`, until it is complete."""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            message = f"The body is larger than {most_bytes} bytes, more than any request needs."
            raise BodyTooLargeError(message)
