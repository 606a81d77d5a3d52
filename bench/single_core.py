"""Measures the answers per second of web on one core, while all other programs use the other."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from bench import processes
from bench.asking import ask
from bench.figures import Figure
from bench.http_load import Reply, Tally, get, in_turn, post
from bench.world import World

REPEATS_A_SECOND, READS_A_SECOND = 1500, 3000
CONNECTIONS = 32
QUESTION = {"symbol": "IBM", "days": 45}


def measure(world: World, *, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Measure repeats of an equal request, and reads of a finished one."""
    count = 500 if is_quick else 12_000
    port = world.port("web")
    request_id = asyncio.run(ask(port, QUESTION))
    repeat, read = post("/api/forecasts", QUESTION), get(f"/api/forecasts/{request_id}")
    trips = round_trips(world, repeat)
    with pinned(world):
        used = [processes.cpu_s(world.group("web"))]
        repeats = _sent(port, repeat, count, 202)
        used.append(processes.cpu_s(world.group("web")))
        reads = _sent(port, read, count, 200)
        used.append(processes.cpu_s(world.group("web")))
    of_repeats, of_reads = (round(count / (after - before)) for before, after in pairwise(used))
    return [
        Figure(
            "repeats of an equal request a second, web on one core",
            f"{repeats.per_second:.0f} ({of_repeats} a CPU second); round trips to Redis: {trips}",
            budget=f"at least {REPEATS_A_SECOND}; one round trip",
            met=repeats.per_second >= REPEATS_A_SECOND and trips == 1,
        ),
        Figure(
            "reads of a finished request a second, web on one core",
            f"{reads.per_second:.0f} ({of_reads} a CPU second)",
            budget=f"at least {READS_A_SECOND}",
            met=reads.per_second >= READS_A_SECOND,
        ),
    ], {
        "repeat_p50_ms": round(repeats.percentile_ms(50), 2),
        "read_p50_ms": round(reads.percentile_ms(50), 2),
    }


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
def pinned(world: World) -> Iterator[None]:
    """Pin web to the first core, and all other programs and this process to the others."""
    cores = os.sched_getaffinity(0)
    first, others = {min(cores)}, cores - {min(cores)} or cores
    groups = world.groups(("web", "ingest", "forecast", "broker", "redis", "s3"))
    try:
        for name, group in groups.items():
            processes.pin(group, first if name == "web" else others)
        os.sched_setaffinity(0, others)
        yield
    finally:
        os.sched_setaffinity(0, cores)
        for group in groups.values():
            processes.pin(group, cores)
