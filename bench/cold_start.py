"""Cold starts: from the start of a process to its first answered request, CPU and wall.

Each function runs as in the local stack, on warm stores, and its first request is the one a person
waits for: web reads a finished request, ingest answers for prices that lie fresh in S3, forecast
computes its first `calibrated` answer. Beside them a trivial functions-framework function.
"""

from __future__ import annotations

import asyncio
import http.client
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from bench import processes
from bench.http_load import fetch, post, server_sent_events
from bench.world import ROOT, World
from functions.common import cloudevent
from functions.common.cloudevent import Envelope
from functions.common.events import ForecastRequested
from local.process import Process
from local.servers import HOST, Program, free_port

POLL_S = 0.002
TRIVIAL = "trivial"
BUDGETS = {"web": 2.0, "ingest": 2.0, "forecast": 2.5}


@dataclass(frozen=True)
class Start:
    """What one cold start took."""

    wall_s: float
    cpu_s: float


def measure(world: World, rounds: int) -> dict[str, Start]:
    """The median start of each function, interleaved."""
    request_id = asyncio.run(_finished(world))
    starts: dict[str, list[Start]] = {TRIVIAL: [], "web": [], "ingest": [], "forecast": []}
    for _ in range(rounds):
        for name, seen in starts.items():
            program = _program(world, name)
            seen.append(_start(program, _first_request(world, name, request_id), world))
    return {
        name: Start(median(one.wall_s for one in seen), median(one.cpu_s for one in seen))
        for name, seen in starts.items()
    }


async def _finished(world: World) -> str:
    port = world.port("web")
    asked = await fetch(port, post("/api/forecasts", {"symbol": "AAPL", "days": 45}))
    request_id: str = asked.json()["id"]
    async with server_sent_events(port, f"/api/forecasts/{request_id}/events") as told:
        async for _ in told:
            pass
    return request_id


def _program(world: World, name: str) -> Program:
    port = free_port()
    like = world.stack.process("ingest" if name == TRIVIAL else name).program
    argv = list(like.argv)
    argv[argv.index("--port") + 1] = str(port)
    if name == TRIVIAL:
        argv[argv.index("--source") + 1] = str(ROOT / "bench" / "trivial" / "main.py")
        argv[argv.index("--target") + 1] = TRIVIAL
    env = {**like.env, "WORKERS": "1"}
    return replace(like, name=name, argv=tuple(argv), ports=(port,), env=env)


def _first_request(world: World, name: str, request_id: str) -> Callable[[int], bool]:
    """Sends the first request to a port; whether it was answered."""
    if name == "web":
        return partial(_ask, "GET", f"/api/forecasts/{request_id}", {}, b"")
    if name == TRIVIAL:
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
