"""Connections for httpcore straight over asyncio's streams.

httpcore's own go through AnyIO, which takes as much CPU for a POST as everything else of it. There
is no TLS here, and no time-out but that of connecting: whoever sends bounds the whole request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import httpcore
from httpcore import AsyncNetworkBackend, AsyncNetworkStream


class AsyncioBackend(AsyncNetworkBackend):
    """Connects; see the module."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's interface
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> AsyncNetworkStream:
        """A connection to `host`. Raises httpcore's ConnectError or ConnectTimeout."""
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
        """What has come; nothing at the end. Raises httpcore's ReadError."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> None:
        """Send. Raises httpcore's WriteError."""
        if self._writer.is_closing():  # uvloop raises RuntimeError from a write to it
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
        """Whether an idle connection `is_readable`: it has ended, or holds what nobody asked for.

        The next request on it would take that for its answer.
        """
        if info != "is_readable":
            return None
        has_ended = self._reader.at_eof() or self._reader.exception() is not None
        return has_ended or bool(self._reader._buffer)  # type: ignore[attr-defined]  # noqa: SLF001 - a reader tells it no other way
