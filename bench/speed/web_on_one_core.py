"""Measures the answers of web per CPU second, while all other programs use another core."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import Any

from bench.clients.forecasts import ask
from bench.clients.http import Reply, Tally, get, in_turn, post
from bench.report.figures import Figure
from bench.running import processes, trivial
from bench.running.world import FUNCTIONS, World

REPEATS, READS = 0.4, 0.5
"""Relative to the trivial function's answers, which need no store and no checks."""
CONNECTIONS = 32
QUESTION = {"symbol": "IBM", "days": 45}


def measure(world: World, *, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Measure repeats of an equal request, reads of a finished one, and the trivial function.

    They take turns, so that noise of the machine affects all three.
    """
    rounds, count = (2, 600) if is_quick else (5, 3000)
    port = world.port("web")
    request_id = asyncio.run(ask(port, QUESTION))
    repeat, read = post("/api/forecasts", QUESTION), get(f"/api/forecasts/{request_id}")
    trips = round_trips(world, repeat)
    rates: dict[str, list[float]] = {"repeats": [], "reads": [], "trivial": []}
    with trivial.trivial(world) as unit, pinned(world, {"trivial": unit.pid}):
        asked = {
            "repeats": (port, repeat, 202),
            "reads": (port, read, 200),
            "trivial": (unit.program.ports[0], get("/"), 200),
        }
        for _ in range(rounds):
            for name, (at, request, status) in asked.items():
                group = unit.pid if name == "trivial" else world.group("web")
                before_s = processes.cpu_s(group)
                _sent(at, request, count, status)
                rates[name].append(count / (processes.cpu_s(group) - before_s))
    repeats, reads, unit_rate = (median(rates[name]) for name in asked)
    return [
        Figure(
            "repeats of an equal request, a CPU second of web",
            f"{repeats:.0f}: {repeats / unit_rate:.2f} times the trivial function",
            f"at least {REPEATS} times",
            repeats / unit_rate >= REPEATS,
        ),
        Figure("round trips to Redis for such a repeat", str(trips), budget="one", met=trips == 1),
        Figure(
            "reads of a finished request, a CPU second of web",
            f"{reads:.0f}: {reads / unit_rate:.2f} times the trivial function",
            f"at least {READS} times",
            reads / unit_rate >= READS,
        ),
    ], {f"{name}_per_second": round(median(of)) for name, of in rates.items()}


def _sent(port: int, request: bytes, count: int, status: int) -> Tally:
    def check(reply: Reply) -> None:
        if reply.status != status:
            message = f"answered {reply.status}: {reply.body[:200]!r}"
            raise RuntimeError(message)

    return asyncio.run(in_turn(port, itertools.repeat(request, count), CONNECTIONS, check))


def round_trips(world: World, request: bytes) -> int:
    """How often web waits for Redis while it answers `request`.

    Redis counts its reads from connections. Commands that arrive together count as one read. The
    broker reads once a second, which disappears in the rounding.
    """
    count = 400
    _sent(world.port("web"), request, 10, 202)
    before = world.redis.info("stats")["total_reads_processed"]
    asyncio.run(in_turn(world.port("web"), itertools.repeat(request, count), 1, lambda _: None))
    reads = world.redis.info("stats")["total_reads_processed"] - before
    return round(reads / count)


@contextmanager
def pinned(world: World, alone: Mapping[str, int]) -> Iterator[None]:
    """Pin web and the groups `alone` to the first core, and all other programs to the others."""
    cores = os.sched_getaffinity(0)
    first, others = {min(cores)}, cores - {min(cores)} or cores
    groups = {**world.groups((*FUNCTIONS, "redis", "s3")), **alone}
    try:
        for name, group in groups.items():
            processes.pin(group, first if name in {"web", *alone} else others)
        os.sched_setaffinity(0, others)
        yield
    finally:
        os.sched_setaffinity(0, cores)
        for group in groups.values():
            processes.pin(group, cores)
