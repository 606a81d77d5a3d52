"""An HTTP/1.1 client that only posts events, for the event loops of web and the local broker.

General clients take several times as long for a request as its events need (docs/performance.md).
The parser is httptools, which the servers use, too.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httptools
from msgspec import Struct

CONNECT_TIMEOUT_S = 2.0
PORTS = {"http": 80, "https": 443}
ENDED = "the connection has ended"


class NoAnswerError(OSError):
    """A POST got no answer. The server may have received it."""


class Answer(Struct, frozen=True):
    """The answer to a POST. The names of `headers` are in lowercase."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """Posts over connections that stay open, and closes those that were idle for `kept_alive_s`.

    Servers close idle connections, too. A POST on a connection that closes gets no answer. So
    `kept_alive_s` must be shorter than the server's own limit.
    """

    def __init__(self, kept_alive_s: float) -> None:
        self._kept_alive_s = kept_alive_s
        self._idle: dict[tuple[str, str], list[_Connection]] = defaultdict(list)

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Answer:
        """Post `body`. Raises NoAnswerError if there is no whole answer within `timeout_s`."""
        to = _split(url)
        idle = self._idle[to.scheme, to.netloc]
        connection = self._usable(idle) or await _connected(to)
        answer = await connection.post(_head(to, headers, len(body)) + body, timeout_s)
        if connection.is_open:
            connection.idle_since = asyncio.get_running_loop().time()
            idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close all idle connections."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _usable(self, idle: list[_Connection]) -> _Connection | None:
        """The connection that was used last. Closes those that were idle for too long."""
        oldest = asyncio.get_running_loop().time() - self._kept_alive_s
        while idle and idle[0].idle_since <= oldest:
            idle.pop(0).close()
        while idle:
            connection = idle.pop()
            if connection.is_open:
                return connection
        return None


class _Connection(asyncio.Protocol):
    """One connection with one POST at a time. httptools calls the methods `on_*`."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._may_stay = True
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport
        self._parser: Any = None
        self.on_message_begin()

    @property
    def is_open(self) -> bool:
        return self._may_stay and not self._transport.is_closing()

    async def post(self, request: bytes, timeout_s: float) -> Answer:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._answer = answer
        self._parser = httptools.HttpResponseParser(self)
        late = NoAnswerError(f"no answer within {timeout_s:g} s")
        timer = loop.call_later(timeout_s, self._fail, late)  # much cheaper than wait_for
        try:
            if self.is_open:
                self._transport.write(request)
            else:  # here, uvloop would raise RuntimeError
                self._fail(NoAnswerError(ENDED))
            return await answer
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
            self._answer = None

    def close(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # TCP's

    def connection_lost(self, exc: Exception | None) -> None:
        has_length = {"content-length", "transfer-encoding"} & self._headers.keys()
        if self._status and not has_length and exc is None:
            self.on_message_complete()  # the end of the connection ends the body
        self._fail(NoAnswerError(str(exc or ENDED)))

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # the next POST would take it for its answer
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(NoAnswerError(f"the answer is not HTTP: {error}"))

    def on_message_begin(self) -> None:
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        if self._answer and self._answer.done():
            self._may_stay = False  # a second answer to one request

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        is_interim = self._status < HTTPStatus.OK  # such as 103, before the answer itself
        if self._answer and not self._answer.done() and not is_interim:
            self._may_stay = self._parser.should_keep_alive()
            self._answer.set_result(Answer(self._status, self._headers, bytes(self._body)))

    def _fail(self, error: NoAnswerError) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(error)


async def _connected(to: SplitResult) -> _Connection:
    context = _tls() if to.scheme == "https" else None
    connecting = asyncio.get_running_loop().create_connection(
        _Connection, str(to.hostname), to.port or PORTS[to.scheme], ssl=context
    )
    try:
        return (await asyncio.wait_for(connecting, CONNECT_TIMEOUT_S))[1]
    except (asyncio.TimeoutError, TimeoutError):
        message = f"no connection to {to.netloc} within {CONNECT_TIMEOUT_S:g} s"
        raise NoAnswerError(message) from None
    except OSError as error:
        raise NoAnswerError(f"no connection to {to.netloc}: {error}") from error


def _head(to: SplitResult, headers: Mapping[str, str], length: int) -> bytes:
    target = (to.path or "/") + (f"?{to.query}" if to.query else "")
    lines = [f"POST {target} HTTP/1.1", f"host: {to.netloc.rpartition('@')[2]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {length}", "", ""]
    head = "\r\n".join(lines)
    if {head.count("\r"), head.count("\n")} != {len(lines) - 1}:
        message = "A header must not contain a line break."
        raise ValueError(message)
    return head.encode("latin-1")


@lru_cache(maxsize=64)
def _split(url: str) -> SplitResult:
    """The parts of the address. Raises NoAnswerError if it is not one of HTTP."""
    to = urlsplit(url)
    if to.scheme not in PORTS or not to.hostname:
        message = f"{url!r} is not an address of HTTP"
        raise NoAnswerError(message)
    return to


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
