"""Identifies clients for the limits, and limits the open streams of each client."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from functions.common.errors import ThrottledError
from functions.web.limits.rates import UNLIMITED, Rate
from functions.web.settings import Settings
from functions.web.stores.requests import WebStore

UNKNOWN = "unknown"
V6_NETWORK_BITS = 64
"""A subscriber gets a network of this size, so all of its addresses count as one client."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator (RFC 6052)."""
AGAIN_AFTER_S = 10.0


def client_of(request: Request) -> str:
    """The IPv4 address of the client, or its IPv6 network.

    The server has already read the headers of the proxies in FORWARDED_ALLOW_IPS. These headers can
    contain any text, so everything that is not an address counts as unknown.
    """
    return _client_at(request.client.host if request.client else "")


@lru_cache(maxsize=1024)
def _client_at(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address in NAT64 and ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        address = address.ipv4_mapped or embedded or address
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address), V6_NETWORK_BITS), strict=False))


class Turn:
    """Makes sure that a submission counts only once."""

    def __init__(self, store: WebStore, rate: Rate) -> None:
        self._store = store
        self._rate = rate

    async def take(self) -> None:
        """Count the submission, if it is not counted yet. Raises ThrottledError above a limit."""
        await self._store.admit(self.rate())

    def rate(self) -> Rate:
        """The rate that the caller must count. Later calls return UNLIMITED."""
        rate, self._rate = self._rate, UNLIMITED
        return rate


class Limits:
    """The limits of each client and of all clients together (0 means no limit)."""

    def __init__(self, settings: Settings, store: WebStore) -> None:
        self._settings = settings
        self._store = store
        self._streams: Counter[str] = Counter()

    async def admit(self, request: Request, purpose: str = "", *, cost: int = 1) -> None:
        """Count a submission as `cost` requests. Raises ThrottledError above a limit."""
        await self._store.admit(self._rate(request, purpose), cost=cost)

    def turn(self, request: Request) -> Turn:
        """A submission that is not counted yet."""
        return Turn(self._store, self._rate(request))

    def _rate(self, request: Request, purpose: str = "") -> Rate:
        of_one = self._settings.requests_per_minute
        of_all = self._settings.requests_per_minute_of_all
        return Rate(purpose + client_of(request), of_one, of_all)

    def may_watch(self, request: Request) -> bool:
        """Whether the client may watch one more request."""
        most = self._settings.streams_per_client
        return not most or self._streams[client_of(request)] < most

    @contextmanager
    def watching(self, request: Request) -> Iterator[None]:
        """Count the client as watching a request until the context ends."""
        client = client_of(request)
        self._streams[client] += 1
        try:
            yield
        finally:
            self._streams[client] -= 1
            if not self._streams[client]:
                del self._streams[client]

    def stream(
        self,
        request: Request,
        events: AsyncIterator[bytes],
        ended: Callable[[], None] = lambda: None,
    ) -> Response:
        """A response with server-sent events. It calls `ended` when the stream ends for any reason.

        Raises ThrottledError if the client has too many open streams.
        """
        if not self.may_watch(request):
            most = self._settings.streams_per_client
            message = f"{client_of(request)} already watches {most} requests. Close some first."
            raise ThrottledError(message, retry_after_s=AGAIN_AFTER_S)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        place = ExitStack()
        place.callback(ended)
        place.enter_context(self.watching(request))
        return _CountedStream(events, headers, place.close)


class _CountedStream(StreamingResponse):
    """Calls `ended` when the stream ends for any reason, even before its first event."""

    def __init__(
        self,
        events: AsyncIterator[bytes],
        headers: Mapping[str, str],
        ended: Callable[[], None],
    ) -> None:
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()
