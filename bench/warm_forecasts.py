"""Compares warm forecasts with the baseline: one at a time, and at full load on both cores."""

from __future__ import annotations

import asyncio
from typing import Any

from bench import processes
from bench.asking import many, many_of_baseline, new_questions
from bench.figures import Figure
from bench.http_load import Tally
from bench.world import World, baseline

TIMES_FASTER, TIMES_THROUGHPUT = 8, 40
COUNTED = ("web", "broker", "ingest", "forecast", "redis", "s3")


def measure(world: World, *, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Measure the latency and the throughput of both, in turns."""
    rounds, ours, theirs = (2, 5, 2) if is_quick else (5, 24, 6)
    one, old_one, all_at_once, old_at_once = Tally(), Tally(), Tally(), Tally()
    cpu_s = dict.fromkeys(COUNTED, 0.0)
    with baseline(world) as old:
        port = old["web"].program.ports[0]
        asyncio.run(many(world, new_questions(20), 4))
        asyncio.run(many_of_baseline(port, new_questions(4), 2))
        for _ in range(rounds):
            _add(one, asyncio.run(many(world, new_questions(ours), 1)))
            _add(old_one, asyncio.run(many_of_baseline(port, new_questions(theirs), 1)))
        for _ in range(rounds):
            before = {name: processes.cpu_s(world.group(name)) for name in COUNTED}
            _add(all_at_once, asyncio.run(many(world, new_questions(16 * ours), 32)))
            for name in COUNTED:
                cpu_s[name] += processes.cpu_s(world.group(name)) - before[name]
            _add(old_at_once, asyncio.run(many_of_baseline(port, new_questions(3 * theirs), 6)))
    faster = old_one.percentile_ms(50) / one.percentile_ms(50)
    more = all_at_once.per_second / old_at_once.per_second
    figures = [
        Figure(
            "warm forecast, POST to `done`, p50 and p95",
            _latency(one),
            _latency(old_one),
            f"p50 at least {TIMES_FASTER} times faster: {faster:.1f}",
            faster >= TIMES_FASTER,
        ),
        Figure(
            "forecasts a second, both cores, whole pipeline",
            f"{all_at_once.per_second:.0f}",
            f"{old_at_once.per_second:.2f}",
            f"at least {TIMES_THROUGHPUT} times: {more:.1f}",
            more >= TIMES_THROUGHPUT,
        ),
    ]
    asked = len(all_at_once.took_s)
    each = {name: round(spent / asked * 1000, 2) for name, spent in cpu_s.items()}
    return figures, {"cpu_ms_a_forecast": each}


def _add(to: Tally, more: Tally) -> None:
    to.took_s += more.took_s
    to.statuses += more.statuses
    to.spent_s += more.spent_s


def _latency(tally: Tally) -> str:
    return f"{tally.percentile_ms(50):.0f} ms, {tally.percentile_ms(95):.0f} ms"
