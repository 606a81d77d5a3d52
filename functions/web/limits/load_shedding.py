"""Refuses requests quickly and cheaply if web cannot answer them soon."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.common import problems
from functions.common.errors import TemporaryError
from functions.web.problem_answer import problem_answer

AGAIN_S = 2
ALWAYS = ("/healthz", "/readyz", "/_/health", "/metrics", "/events/")
"""Probes and the broker's deliveries are never refused. The broker limits itself and retries."""


ONLY_WAITS = "stockcast.only_waits"


def only_waits(request: Request) -> None:
    """No longer count a request, because from now on it only waits for a result."""
    request.scope.get(ONLY_WAITS, lambda: None)()


class BusyError(TemporaryError, title="Too busy", slug="overloaded"):
    """A web process is too busy to answer soon."""


class Shedding:
    """Answers 503 while this process handles `most` requests (0 means no limit).

    A request counts until its answer starts, or until it only waits. So open live streams do not
    count. All requests share one event loop. If it is overloaded, each further request delays all
    others.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._most or scope["type"] != "http" or scope["path"].startswith(ALWAYS):
            await self._app(scope, receive, send)
            return
        if self._under_way >= self._most:
            message = "Stockcast is busy. Try again in a few seconds."
            shown = problems.from_error(BusyError(message))
            refusal = problem_answer(shown, {"retry-after": str(AGAIN_S)})
            await refusal(scope, receive, send)
            return
        self._under_way += 1
        is_under_way = True

        def ended() -> None:
            nonlocal is_under_way
            self._under_way -= is_under_way
            is_under_way = False

        async def send_and_note(message: Message) -> None:
            ended()
            await send(message)

        try:
            await self._app({**scope, ONLY_WAITS: ended}, receive, send_and_note)
        finally:
            ended()
