"""Measures cold starts: CPU and wall time from the start of a process to its first answer.

Each function runs as in the local stack, with warm stores. Its first request is one that a user
waits for. Web reads a finished request, ingest answers for fresh prices in S3, and forecast
computes its first `calibrated` answer. A trivial functions-framework function is the unit.
"""

from __future__ import annotations

import asyncio
import http.client
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from statistics import median
from typing import Any

from bench.clients.forecasts import ask
from bench.report.figures import Figure
from bench.running import processes, trivial
from bench.running.world import World
from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import ForecastRequested
from local.process import Process
from local.servers import HOST, Program, free_port

POLL_S = 0.002
BUDGETS = {"web": 1.6, "ingest": 2.0, "forecast": 1.8}
"""Relative to the trivial function."""


@dataclass(frozen=True)
class Start:
    """The times of one cold start."""

    wall_s: float
    cpu_s: float


def measure(world: World, *, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """The median start of each function, relative to the trivial one. The starts alternate."""
    starts = _starts(world, 1 if is_quick else 9)
    unit = starts.pop(trivial.NAME)
    found = []
    for name, start in starts.items():
        wall, cpu = start.wall_s / unit.wall_s, start.cpu_s / unit.cpu_s
        what = " with its first `calibrated` answer" if name == "forecast" else ""
        found.append(
            Figure(
                f"cold start of {name}{what}, wall and CPU",
                f"{start.wall_s * 1000:.0f} ms, {start.cpu_s * 1000:.0f} ms:"
                f" {wall:.2f} and {cpu:.2f} times the trivial function",
                f"at most {BUDGETS[name]} times",
                max(wall, cpu) <= BUDGETS[name],
            )
        )
    return found, {name: asdict(start) for name, start in {**starts, trivial.NAME: unit}.items()}


def _starts(world: World, rounds: int) -> dict[str, Start]:
    request_id = asyncio.run(ask(world.port("web"), {"symbol": "AAPL", "days": 45}))
    starts: dict[str, list[Start]] = {trivial.NAME: [], "web": [], "ingest": [], "forecast": []}
    for _ in range(rounds):
        for name, seen in starts.items():
            program = _program(world, name)
            seen.append(_start(program, _first_request(world, name, request_id), world))
    return {
        name: Start(median(one.wall_s for one in seen), median(one.cpu_s for one in seen))
        for name, seen in starts.items()
    }


def _program(world: World, name: str) -> Program:
    # The images contain bytecode, so allow Python to write it in the first round.
    env = {"WORKERS": "1", "PYTHONDONTWRITEBYTECODE": ""}
    if name == trivial.NAME:
        like = trivial.program(world)
        return replace(like, env={**like.env, **env})
    port, like = free_port(), world.stack.process(name).program
    argv = list(like.argv)
    argv[argv.index("--port") + 1] = str(port)
    return replace(like, argv=tuple(argv), ports=(port,), env={**like.env, **env}, works_off=False)


def _first_request(world: World, name: str, request_id: str) -> Callable[[int], bool]:
    """A function that sends the first request to a port and returns whether it was answered."""
    if name == "web":
        return partial(_ask, "GET", f"/api/forecasts/{request_id}", {}, b"")
    if name == trivial.NAME:
        return partial(_ask, "GET", "/", {}, b"")
    new_id = str(uuid.uuid4())
    data = {"request_id": new_id, "symbol": "MSFT", "days": 10 + uuid.uuid4().int % 3000}
    event = Envelope(new_id, "/bench", ForecastRequested.TYPE, data)
    if name == "forecast":
        headers, body = event.to_binary()
        connection = http.client.HTTPConnection(HOST, world.port("ingest"))
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        event = cloudevent.parse(dict(answer.headers), answer.read())
        connection.close()
    headers, body = event.to_binary()
    return partial(_ask, "POST", "/", headers, body)


def _ask(method: str, path: str, headers: dict[str, str], body: bytes, port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.connect()
    except OSError:
        return False
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if answer.status >= 300:
        message = f"The first request was answered {answer.status}."
        raise RuntimeError(message)
    return True


def _start(program: Program, ask: Callable[[int], bool], world: World) -> Start:
    process = Process(program, world.options.home / "cold" / f"{program.name}.log")
    started = time.perf_counter()
    process.start()
    try:
        while not ask(program.ports[0]):
            if not process.is_alive():
                raise RuntimeError(process.last_words())
            time.sleep(POLL_S)
        return Start(time.perf_counter() - started, processes.cpu_s(process.pid))
    finally:
        process.stop()
