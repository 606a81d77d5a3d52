"""Measures batches of new tickers: Stockcast fetches, stores and forecasts their prices."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.clients.forecasts import ENDED, last_event
from bench.clients.http import fetch, get, post
from bench.report.figures import Figure, under
from bench.running import processes
from bench.running.other_commit import other_commit
from bench.running.provider import many_tickers
from bench.running.world import FUNCTIONS, WITHOUT_LIMITS, stockcast
from bench.speed import other_models

SMALL, LARGE = 300, 3000
LINEAR = 1.3
"""Per ticker, the large batch may take up to this many times as long as the small one."""
OF_OTHER_CPU = 1 / 3
INGEST_MB, REDIS_MB = 120, 100
COUNTED = (*FUNCTIONS, "redis", "s3")
_first = itertools.count(0, 10_000)


@dataclass(frozen=True)
class Batch:
    """The time of a batch, its CPU time over all programs, and the peak memory in MB."""

    size: int
    spent_s: float
    cpu_s: float
    peak_mb: Mapping[str, float]

    @property
    def ms_each(self) -> float:
        return 1000 * self.spent_s / self.size

    @property
    def cpu_ms_each(self) -> float:
        return 1000 * self.cpu_s / self.size


def measure(*, is_quick: bool, against: str | None = None) -> tuple[list[Figure], dict[str, Any]]:
    """Measure a small and a large batch, and small ones in turns with the commit `against`."""
    small, large, rounds = (5, 15, 1) if is_quick else (SMALL, LARGE, 3)
    with many_tickers() as env, ExitStack() as stack:
        if against:
            other = stack.enter_context(other_commit(against, {**WITHOUT_LIMITS, **env}))
        world = stack.enter_context(stockcast({**WITHOUT_LIMITS, **env}))
        groups, port = world.groups(COUNTED), world.port("web")
        batch(port, groups, 10)
        ours, others = [], []
        for _ in range(rounds):
            ours.append(batch(port, groups, small))
            if against:
                others.append(batch(other.port, other.groups, small))
        many = batch(port, groups, large)
        redis_mb = world.redis.info("memory")["used_memory_peak"] / 1e6
    few_ms = median(one.ms_each for one in ours)
    found = [
        Figure(
            f"{large} new tickers as one batch",
            f"{many.spent_s:.0f} s: {many.ms_each / few_ms:.2f} times as long a ticker as {small}",
            f"at most {LINEAR} times",
            many.ms_each <= LINEAR * few_ms,
        ),
        Figure("CPU of a new ticker, all programs", f"{many.cpu_ms_each:.0f} ms"),
        under("memory of ingest at the peak of that batch", many.peak_mb["ingest"], INGEST_MB),
        under(f"memory of Redis after {large} tickers", redis_mb, REDIS_MB),
    ]
    details = {
        "ms_a_ticker": {one.size: round(one.ms_each, 2) for one in (*ours, many)},
        "cpu_ms_a_ticker": round(many.cpu_ms_each, 2),
        "peak_mb": {**many.peak_mb, "redis": redis_mb},
    }
    if against:
        of_other = median(one.cpu_ms_each for one in ours) / median(
            one.cpu_ms_each for one in others
        )
        found.append(
            Figure(
                f"CPU of a new ticker, relative to {against}",
                f"{of_other:.2f}",
                f"at most {OF_OTHER_CPU:.2f}",
                of_other <= OF_OTHER_CPU,
            )
        )
    details["other_models"] = models = other_models.measure(10 if is_quick else 120, large)
    found += [
        Figure(f"{name} over {large} of these series, CPU", f"{of['cpu_seconds']:.0f} s")
        for name, of in models.items()
    ]
    return found, details


def batch(port: int, groups: Mapping[str, int], size: int) -> Batch:
    """Measure one batch of `size` tickers that are new in this run."""
    before_s = processes.all_cpu_s(groups.values())
    own = {name: group for name, group in groups.items() if name in FUNCTIONS}
    with processes.watched(own) as peak_mb:
        started = time.perf_counter()
        asyncio.run(submit(port, next(_first), size))
        spent_s = time.perf_counter() - started
    return Batch(size, spent_s, processes.all_cpu_s(groups.values()) - before_s, peak_mb)


async def submit(port: int, first: int, size: int) -> None:
    """Submit a batch and wait for its end. Raises RuntimeError if not all members are done."""
    symbols = [f"T{number:07}" for number in range(first, first + size)]
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


async def _first_error(port: int, links: Mapping[str, str]) -> str:
    table = (await fetch(port, get(links["results"]))).body.decode().splitlines()
    return next((line for line in table if ",failed," in line), "")
