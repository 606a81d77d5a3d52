"""Functions that start with the first connection, after a delay, as a cluster starts pods."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path

from local.process import Process
from local.servers import HOST, Program, free_port

READY_S, POLL_S = 60.0, 0.01


class Asleep:
    """Listens on the port of `program`. The first connection starts it on another port."""

    def __init__(self, program: Program, delay_s: float, logs: Path) -> None:
        self.name, self._port = program.name, program.ports[0]
        self._inner = free_port()
        argv = list(program.argv)
        argv[argv.index("--port") + 1] = str(self._inner)
        self._process = Process(
            replace(program, argv=tuple(argv), works_off=False), logs / f"{program.name}.log"
        )
        self._delay_s = delay_s
        self._starting: asyncio.Task[None] | None = None
        self._is_started = False
        self.called_at: float | None = None
        self.ready_at: float | None = None
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self._port)

    async def _start(self) -> None:
        self.called_at = time.perf_counter()
        await asyncio.sleep(self._delay_s)
        self._process.start()
        self._is_started = True
        give_up = time.perf_counter() + READY_S
        while time.perf_counter() < give_up:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(HOST, self._inner)
                writer.close()
                self.ready_at = time.perf_counter()
                return
            await asyncio.sleep(POLL_S)
        raise RuntimeError(self._process.last_words())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served = asyncio.current_task()
        if served:
            self._serving.add(served)
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        with closing(writer), suppress(OSError, asyncio.CancelledError):
            await asyncio.shield(self._starting)
            inner_reader, inner_writer = await asyncio.open_connection(HOST, self._inner)
            with closing(inner_writer):
                await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))

    async def close(self) -> None:
        if self._server:
            self._server.close()
        tasks = [*self._serving, *([self._starting] if self._starting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._is_started:
            await asyncio.to_thread(self._process.stop)


@asynccontextmanager
async def asleep(
    programs: Sequence[Program], delay_s: float, logs: Path
) -> AsyncIterator[dict[str, Asleep]]:
    """Let `programs` sleep. Each takes `delay_s` longer than its own start, once it is called."""
    sleeping = {program.name: Asleep(program, delay_s, logs) for program in programs}
    try:
        for one in sleeping.values():
            await one.listen()
        yield sleeping
    finally:
        for one in sleeping.values():
            await one.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()
