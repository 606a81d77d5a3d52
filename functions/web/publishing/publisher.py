"""Posts CloudEvents to the broker from web's event loop."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.routing import address
from functions.common.cloudevents.signature import Signer
from functions.common.errors import TemporaryError
from functions.common.messages.events import Event

if TYPE_CHECKING:
    import httpcore

SOURCE = "/stockcast/web"
TRACEPARENT = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
OIDC_TOKEN = Path("/oidc/token")
"""Where a SinkBinding puts what tells the broker who we are, once its cluster wants to know."""
CONNECT_TIMEOUT_S, TIMEOUT_S = 2.0, 7.0
CONNECTIONS = 10
"""To the sink at once; whoever finds none free waits."""
KEPT_ALIVE_S = 2.0
"""Idle connections end before the broker closes them (the local one after 5 s), so that no event is
sent on a closed one."""


class Publisher:
    """Events go to `sink` in binary mode, signed; any 2xx answer means they are taken.

    With `{function}` in it, `sink` stands for an address a function (see cloudevents/routing.py).
    """

    def __init__(self, sink: str, signer: Signer) -> None:
        self._sink = sink
        self._signer = signer

    @cached_property
    def _http(self) -> httpcore.AsyncConnectionPool:
        # A tenth of web's start, which whoever opens the page need not wait for.
        import httpcore

        from functions.web.publishing.connections import AsyncioBackend

        return httpcore.AsyncConnectionPool(
            max_connections=CONNECTIONS,
            keepalive_expiry=KEPT_ALIVE_S,
            network_backend=AsyncioBackend() if self._sink.startswith("http://") else None,
        )

    def require_sink(self) -> None:
        """TemporaryError where web has not been told yet where events go."""
        if not self._sink:
            message = "K_SINK is not set yet, so there is no broker that takes the request."
            raise TemporaryError(message, retry_after_s=5)

    async def publish(
        self, event: Event, event_id: str, traceparent: str = "", *, timeout_s: float | None = None
    ) -> None:
        """Hand `event` over. TemporaryError unless it is taken.

        The same `event_id` again is harmless: whoever handles the event does so once.
        """
        self.require_sink()
        if not TRACEPARENT.fullmatch(traceparent):
            traceparent = _new_trace()
        envelope = self._signer.signed(_envelope(event, event_id, traceparent))
        headers, body = envelope.to_binary()
        headers |= _identity()
        url = address(self._sink, envelope)
        if url is None:
            raise TypeError(
                f"Nobody takes {event.TYPE}; see functions/common/cloudevents/routing.py."
            )
        answering = self._http.request(
            "POST",
            url,
            headers=list(headers.items()),
            content=body,
            extensions={"timeout": {"connect": CONNECT_TIMEOUT_S}},
        )
        from httpcore import NetworkError, ProtocolError, TimeoutException

        failures = (NetworkError, TimeoutException, ProtocolError)
        try:
            answer = await asyncio.wait_for(answering, timeout_s or TIMEOUT_S)
        except (*failures, asyncio.TimeoutError, TimeoutError) as error:
            message = f"The broker does not answer ({type(error).__name__}); try again shortly."
            raise TemporaryError(message, retry_after_s=2) from error
        if not 200 <= answer.status < 300:  # noqa: PLR2004
            message = f"The broker answered {answer.status}; try again shortly."
            raise TemporaryError(message, retry_after_s=2)

    async def aclose(self) -> None:
        """Close the connections to the sink."""
        if "_http" in vars(self):
            await self._http.aclose()


def _identity() -> dict[str, str]:
    try:
        # It is replaced before it runs out, so it is read each time.
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
    """A W3C trace context of its own, for a caller who sent none."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
