"""A small, cheap HTTP client, so that benchmarks measure the server and not the client."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

HOST = "127.0.0.1"
END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Reply:
    """An HTTP response. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def post(path: str, body: Mapping[str, Any], **headers: str) -> bytes:
    content = json.dumps(body).encode()
    named = {"content-type": "application/json", "content-length": str(len(content)), **headers}
    return _head("POST", path, named) + content


def get(path: str) -> bytes:
    return _head("GET", path, {})


def _head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + END_OF_HEAD


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[Reply] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int) -> Connection:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(cls, HOST, port)
        return protocol

    async def send(self, request: bytes) -> Reply:
        """Send a request and return the reply. Raises OSError if the connection ends first."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # TCP's

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError(str(exc or "closed")))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(END_OF_HEAD)
        if end < 0:
            return
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        start, length = end + len(END_OF_HEAD), int(headers.get("content-length", 0))
        if len(self._buffer) < start + length:
            return
        body, self._buffer = self._buffer[start : start + length], self._buffer[start + length :]
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(Reply(int(lines[0][9:12]), headers, body))


async def fetch(port: int, request: bytes) -> Reply:
    """Send one request on its own connection and return the reply."""
    connection = await Connection.open(port)
    try:
        return await connection.send(request)
    finally:
        connection.close()


@dataclass
class Tally:
    """The times and the throughput of many requests."""

    took_s: list[float] = field(default_factory=list)
    spent_s: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.took_s) / self.spent_s


def percentile(values: list[float], percent: int) -> float:
    """The value that `percent` percent of all values do not exceed."""
    if len(values) < 2:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


async def in_turn(
    port: int, requests: Iterator[bytes], connections: int, check: Callable[[Reply], None]
) -> Tally:
    """Send all `requests` over several connections, one at a time on each."""
    tally = Tally()

    async def work() -> None:
        connection = await Connection.open(port)
        for request in requests:
            started = time.perf_counter()
            reply = await connection.send(request)
            tally.took_s.append(time.perf_counter() - started)
            check(reply)
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    tally.spent_s = time.perf_counter() - started
    return tally


@asynccontextmanager
async def server_sent_events(port: int, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """The `data` of each event of a stream."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=2**20)
    writer.write(_head("GET", path, {"connection": "close"}))

    async def told() -> AsyncIterator[bytes]:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                yield line[6:]

    try:
        yield told()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
