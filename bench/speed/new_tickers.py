"""Measures batches of new tickers: Stockcast fetches, stores and forecasts their prices."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from bench.running import processes
from bench.clients.forecasts import ENDED, last_event
from bench.report.figures import Figure
from bench.clients.http import fetch, get, post
from bench.running.provider import many_tickers
from bench.running.world import FUNCTIONS, World, stockcast

SIZES = (300, 1000, 3000)
LINEAR = 1.3
"""Per ticker, the largest batch may take up to this many times as long as the smallest."""


@dataclass(frozen=True)
class Batch:
    """The time of a batch and its peak memory in MB."""

    size: int
    spent_s: float
    peak_mb: dict[str, float]


def measure(*, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Measure one batch after the other, each with different tickers."""
    sizes = (5, 10) if is_quick else SIZES
    with many_tickers() as env, stockcast(env) as world:
        asyncio.run(_batch(world, 0, 10))
        batches = []
        first = 10
        for size in sizes:
            batches.append(_measured(world, first, size))
            first += size
        redis_mb = world.redis.info("memory")["used_memory_peak"] / 1e6
    each_ms = [1000 * one.spent_s / one.size for one in batches]
    ratio = each_ms[-1] / each_ms[0]
    listed = ", ".join(f"{one.size}: {one.spent_s:.0f} s" for one in batches)
    last = batches[-1]
    memory = ", ".join(f"{name} {mb:.0f}" for name, mb in last.peak_mb.items())
    return [
        Figure(
            f"{last.size} new tickers as one batch",
            f"{listed}; {each_ms[-1]:.0f} ms a ticker",
            budget=f"linear: {ratio:.2f} times the time a ticker of {sizes[0]}",
            met=ratio <= LINEAR,
        ),
        Figure("memory at the peak of that batch, MB", f"{memory}, redis {redis_mb:.0f}"),
    ], {"ms_a_ticker": dict(zip(map(str, sizes), each_ms, strict=True))}


def _measured(world: World, first: int, size: int) -> Batch:
    with processes.watched(world.groups(FUNCTIONS)) as peak:
        started = time.perf_counter()
        asyncio.run(_batch(world, first, size))
        return Batch(size, time.perf_counter() - started, peak.mb)


async def _batch(world: World, first: int, size: int) -> None:
    """Submit a batch and wait for its end. Raises RuntimeError if not all members are done."""
    port = world.port("web")
    symbols = [f"T{number:05}" for number in range(first, first + size)]
    accepted = await fetch(port, post("/api/batches", {"symbols": symbols, "days": 45}))
    if accepted.status != 202:
        raise RuntimeError(accepted.body.decode())
    links = accepted.json()["links"]
    last = await last_event(port, links["events"], ENDED)
    counts = json.loads(last)["counts"]
    if counts["done"] != size:
        message = f"Of {size} members, {counts}: {(await _first_error(port, links))!r}"
        raise RuntimeError(message)
    ranked = (await fetch(port, get(links["ranking"]))).json()["rows"]
    if len(ranked) != size:
        message = f"The ranking has {len(ranked)} of {size} members."
        raise RuntimeError(message)


async def _first_error(port: int, links: dict[str, str]) -> str:
    table = (await fetch(port, get(links["results"]))).body.decode().splitlines()
    return next((line for line in table if ",failed," in line), "")
