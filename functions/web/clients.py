"""Who asks, as far as limits are concerned, and how many streams each may hold open."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from functions.common.errors import ThrottledError

UNKNOWN = "unknown"
V6_NETWORK_BITS = 64
"""What one subscriber is given: its addresses are one client."""
AGAIN_AFTER_S = 10.0


def client_of(request: Request) -> str:
    """The address of the caller; the network of an IPv6 one.

    The server has looked through the proxies named in FORWARDED_ALLOW_IPS; what they pass on may
    be anything, so that only an address counts.
    """
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return UNKNOWN
    if address.version == 4:  # noqa: PLR2004
        return str(address)
    return str(ipaddress.ip_network((int(address), V6_NETWORK_BITS), strict=False))


class Streams:
    """Counts the open streams of each client. At most `most` for one (0: no limit)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def take(self, client: str) -> None:
        """Count one more. ThrottledError where the client has `most` open."""
        if self._most and self._open[client] >= self._most:
            message = f"{client} watches {self._most} requests already; close some first."
            raise ThrottledError(message, retry_after_s=AGAIN_AFTER_S)
        self._open[client] += 1

    def give_back(self, client: str) -> None:
        self._open[client] -= 1
        if not self._open[client]:
            del self._open[client]


class CountedStream(StreamingResponse):
    """Server-sent events that give their place in `streams` back, however they end."""

    def __init__(
        self,
        events: AsyncIterator[bytes],
        headers: Mapping[str, str],
        streams: Streams,
        client: str,
    ) -> None:
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._streams = streams
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.give_back(self._client)
