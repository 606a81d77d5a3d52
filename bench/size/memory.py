"""Measures the memory of each function at rest, and over twenty thousand requests."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from typing import Any

from bench.clients.forecasts import ask
from bench.clients.http import Reply, fetch, get, in_turn, post
from bench.report.figures import Figure
from bench.running import processes
from bench.running.world import World
from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import ForecastRequested

REQUESTS = 20_000
GROWTH_MB = 8.0
"""The allocator may keep this much. A leak of 500 bytes per request would be more."""
FUNCTIONS = ("web", "ingest", "forecast")


def at_rest(world: World) -> dict[str, float]:
    """The memory of a new stack after its first request."""
    asyncio.run(ask(world.port("web"), {"symbol": "IBM", "days": 45}))
    return _memory(world)


def measure(
    world: World, *, rest: dict[str, float], is_quick: bool
) -> tuple[list[Figure], dict[str, Any]]:
    """Measure the growth over many requests. The first quarter of them fills the caches."""
    count = 200 if is_quick else REQUESTS
    request_id = asyncio.run(ask(world.port("web"), {"symbol": "IBM", "days": 45}))
    asyncio.run(_send(world, request_id, count // 4))
    before = _memory(world)
    with processes.watched(world.groups(FUNCTIONS)) as peak_mb:
        asyncio.run(_send(world, request_id, count))
    after = _memory(world)
    growth = {name: after[name] - before[name] for name in FUNCTIONS}
    return [
        Figure(
            f"memory of {name}, MB: at rest, peak, growth over {count:,} requests",
            f"{rest[name]:.0f}, {peak_mb[name]:.0f}, {growth[name]:+.1f}",
            budget=f"growth under {GROWTH_MB:.0f}",
            met=growth[name] < GROWTH_MB,
        )
        for name in FUNCTIONS
    ], {"before_mb": before, "after_mb": after}


def _memory(world: World) -> dict[str, float]:
    return {name: processes.memory_mb(world.group(name)) for name in FUNCTIONS}


async def _send(world: World, request_id: str, count: int) -> None:
    """Send repeats, reads and invalid requests to web, and new events to ingest and forecast."""
    example = await _prices_ingested(world)
    of_web = itertools.cycle(
        [
            post("/api/forecasts", {"symbol": "IBM", "days": 45}),
            get(f"/api/forecasts/{request_id}"),
            post("/api/forecasts", {"symbol": "IBM", "days": 0}),
            get("/api/symbols?q=app"),
        ]
    )
    await asyncio.gather(
        in_turn(world.port("web"), itertools.islice(of_web, count), 4, _refuse_5xx),
        in_turn(world.port("ingest"), _requested(count), 4, _refuse_5xx),
        in_turn(world.port("forecast"), _ingested(example, count), 4, _refuse_5xx),
    )


def _refuse_5xx(reply: Reply) -> None:
    if reply.status >= 500:
        raise RuntimeError(reply.body.decode())


async def _prices_ingested(world: World) -> dict[str, Any]:
    reply = await fetch(world.port("ingest"), next(_requested(1)))
    return cloudevent.parse(reply.headers, reply.body).data


def _requested(count: int) -> Iterator[bytes]:
    for _ in range(count):
        request_id = str(uuid.uuid4())
        yield _event(ForecastRequested.TYPE, ForecastRequested(request_id, "IBM", 45).to_data())


def _ingested(example: dict[str, Any], count: int) -> Iterator[bytes]:
    for _ in range(count):
        data = {**example, "request_id": str(uuid.uuid4())}
        yield _event("dev.stockcast.prices.ingested.v1", data)


def _event(kind: str, data: dict[str, Any]) -> bytes:
    headers, _ = Envelope(str(uuid.uuid4()), "/bench", kind, data).to_binary()
    return post("/", data, **headers)
