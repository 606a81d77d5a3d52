"""Connections for httpcore that use asyncio's streams directly.

httpcore's own connections use AnyIO, which takes half of the CPU time of a POST. These connections
have no TLS. Only connecting has a timeout, because the sender limits the whole request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import httpcore
from httpcore import AsyncNetworkBackend, AsyncNetworkStream


class AsyncioBackend(AsyncNetworkBackend):
    """Opens connections over asyncio's streams."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's interface
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> AsyncNetworkStream:
        """Connect to `host`. Raises httpcore's ConnectError or ConnectTimeout if that fails."""
        connecting = asyncio.open_connection(host, port)
        try:
            return AsyncioStream(*await asyncio.wait_for(connecting, timeout))
        except (asyncio.TimeoutError, TimeoutError) as error:
            raise httpcore.ConnectTimeout(f"{host} does not answer in {timeout} s") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


class AsyncioStream(AsyncNetworkStream):
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> bytes:
        """The received bytes, empty at the end. Raises httpcore's ReadError on failure."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> None:
        """Send bytes. Raises httpcore's WriteError if the connection is broken."""
        if self._writer.is_closing():  # here, uvloop would raise RuntimeError
            raise httpcore.WriteError("the connection has ended")
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close the connection, without waiting for it."""
        self._writer.close()

    def get_extra_info(self, info: str) -> Any:
        """Whether an idle connection `is_readable`: it has ended, or has unexpected bytes.

        Without this check, the next request would take these bytes as its answer.
        """
        if info != "is_readable":
            return None
        has_ended = self._reader.at_eof() or self._reader.exception() is not None
        return has_ended or bool(self._reader._buffer)  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way
