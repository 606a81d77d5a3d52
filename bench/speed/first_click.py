"""Measures the time from the first click to an answer, when all three functions are asleep.

A cluster takes a moment to start a pod. So each function starts DELAY_S after its first call. The
client does what the page does: it loads the page, warms up a stock, and asks for its forecast.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from redis import Redis

from bench.clients.forecasts import ask
from bench.clients.http import fetch, get, post
from bench.report.figures import Figure
from bench.running.asleep import asleep
from bench.running.world import World, started
from local.servers import S3_PORTS, free_port
from local.stack import FUNCTIONS, at_base_port, programs

DATABASE = 10
"""A database of its own, because two brokers on one would share their events."""
DELAY_S = 1.0
MOST_DELAYS = 2
"""web starts first, because it serves the page. Then ingest and forecast start together."""
_days = itertools.count(45)


@dataclass(frozen=True)
class Click:
    """The time to an answer, and when each function was called and ready, after the click."""

    took_s: float
    called_s: dict[str, float]
    ready_s: dict[str, float]


def measure(world: World, *, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Compare starts without a delay and with one. The difference says how many are in a row."""
    rounds = 1 if is_quick else 5
    clicks: dict[float, list[Click]] = {0.0: [], DELAY_S: []}
    for _ in range(rounds):
        for delay_s, found in clicks.items():
            found.append(click(world, delay_s))
    at_once, late = (median(one.took_s for one in found) for found in clicks.values())
    in_a_row = (late - at_once) / DELAY_S
    return [
        Figure(
            f"first click to an answer, all asleep, each {DELAY_S:.0f} s late",
            f"{late:.1f} s, {at_once:.1f} s without the delay: {in_a_row:.1f} delays in a row",
            f"at most {MOST_DELAYS} delays",
            round(in_a_row, 1) <= MOST_DELAYS,
        )
    ], {f"{delay_s:.0f}": [vars(one) for one in found] for delay_s, found in clicks.items()}


def click(world: World, delay_s: float) -> Click:
    """Let all functions sleep, on the stores of `world`, and click once."""
    with Redis.from_url(world.redis_url(DATABASE)) as own:
        own.flushdb()
    home = world.options.home / f"click-{time.perf_counter_ns()}"
    options = replace(
        at_base_port(world.options, free_port(5 + len(S3_PORTS))),
        redis_url=world.redis_url(DATABASE),
        s3_endpoint_url=world.stack.process("web").program.env["S3_ENDPOINT_URL"],
        home=home,
    )
    env = world.stack.process("web").program.env
    stores = {name: env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    every = [
        replace(program, env={**program.env, **stores, "S3_BUCKET": env["S3_BUCKET"]})
        for program in programs(options)
    ]
    functions = [program for program in every if program.name in FUNCTIONS]
    others = [program for program in every if program.name not in FUNCTIONS]
    with started(others, home):
        return asyncio.run(_click(functions, delay_s, home, options.web_port))


async def _click(functions: list[Any], delay_s: float, logs: Path, port: int) -> Click:
    async with asleep(functions, delay_s, logs) as sleeping:
        clicked = time.perf_counter()
        page = await fetch(port, get("/"))
        if page.status != 200:
            message = f"The page was answered {page.status}."
            raise RuntimeError(message)
        await fetch(port, post("/api/warmup", {"symbol": "AAPL"}))
        await ask(port, {"symbol": "AAPL", "days": next(_days)})
        took_s = time.perf_counter() - clicked
        called_s, ready_s = (
            {name: round((at or clicked) - clicked, 3) for name, at in moments.items()}
            for moments in (
                {name: one.called_at for name, one in sleeping.items()},
                {name: one.ready_at for name, one in sleeping.items()},
            )
        )
        return Click(took_s, called_s, ready_s)
