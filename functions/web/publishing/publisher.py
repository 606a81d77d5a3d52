"""Posts CloudEvents to the broker from web's event loop."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from datetime import datetime, timezone
from pathlib import Path

import anyio

from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.http_client import HttpClient, NoAnswerError
from functions.common.cloudevents.routing import addresses
from functions.common.cloudevents.signature import Signer
from functions.common.errors import TemporaryError, cause
from functions.common.messages.events import Event

SOURCE = "/stockcast/web"
TRACEPARENT = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
OIDC_TOKEN = Path("/oidc/token")
"""The token file of a SinkBinding. It identifies web to the broker, if the cluster requires it."""
TIMEOUT_S = 7.0
CONNECTIONS = 10
"""The most connections to the sink. Further events wait for a free one."""
KEPT_ALIVE_S = 2.0
"""Idle connections close before the broker closes them (after 5 s for the local one). So web never
sends an event on a closed connection."""


class Publisher:
    """Sends signed events to `sink` in binary mode. Any 2xx answer means success.

    If `sink` contains `{function}`, each function has its own address. See cloudevents/routing.py.
    """

    def __init__(self, sink: str, signer: Signer) -> None:
        self._sink = sink
        self._signer = signer
        self._http = HttpClient(KEPT_ALIVE_S)
        self._places = asyncio.Semaphore(CONNECTIONS)

    def require_sink(self) -> None:
        """Raise TemporaryError if K_SINK is not set yet."""
        if not self._sink:
            message = "K_SINK is not set yet, so web has no broker for the request."
            raise TemporaryError(message, retry_after_s=5)

    async def publish(
        self, event: Event, event_id: str, traceparent: str = "", *, timeout_s: float | None = None
    ) -> None:
        """Send `event`. Raises TemporaryError if the broker does not take it.

        It is safe to send the same `event_id` again, because functions handle each event once.
        """
        self.require_sink()
        if not TRACEPARENT.fullmatch(traceparent):
            traceparent = _new_trace()
        envelope = self._signer.signed(_envelope(event, event_id, traceparent))
        headers, body = envelope.to_binary()
        headers |= _identity()
        urls = addresses(self._sink, envelope)
        if not urls:
            raise TypeError(
                f"No function takes {event.TYPE}. See functions/common/cloudevents/routing.py."
            )
        for url in urls:
            await self._post(url, headers, body, timeout_s or TIMEOUT_S)

    async def _post(self, url: str, headers: dict[str, str], body: bytes, timeout_s: float) -> None:
        try:
            with anyio.fail_after(timeout_s):
                await self._places.acquire()
            try:
                answer = await self._http.post(url, headers, body, timeout_s)
            finally:
                self._places.release()
        except (NoAnswerError, TimeoutError) as error:
            message = f"The broker does not answer ({cause(error)}). Try again shortly."
            raise TemporaryError(message, retry_after_s=2) from error
        if not 200 <= answer.status < 300:  # noqa: PLR2004
            message = f"The broker answered {answer.status}. Try again shortly."
            raise TemporaryError(message, retry_after_s=2)

    def close(self) -> None:
        """Close the connections to the sink."""
        self._http.close()


def _identity() -> dict[str, str]:
    try:
        # The cluster replaces the token before it expires, so read it each time.
        return {"authorization": f"Bearer {OIDC_TOKEN.read_text(encoding='ascii').strip()}"}
    except OSError:
        return {}


def _envelope(event: Event, event_id: str, traceparent: str) -> Envelope:
    now = datetime.fromtimestamp(time.time(), timezone.utc).isoformat(timespec="milliseconds")
    extensions = {"partitionkey": event.symbol} if event.symbol else {}
    return Envelope(
        id=event_id,
        source=SOURCE,
        type=event.TYPE,
        subject=event.symbol,
        time=now.replace("+00:00", "Z"),
        data=event.to_data(),
        extensions={**extensions, "traceparent": traceparent},
    )


def _new_trace() -> str:
    """A new W3C trace context, for a caller that sent none."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
