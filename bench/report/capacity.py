"""Calculates how many processors and how much of Redis and S3 a number of users needs.

python -m bench.report.capacity

The costs of a forecast come from `make bench`. The constants below are assumptions about users.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.running.world import ROOT

QUESTIONS_A_DAY = 3
"""Questions of one user per day. A known result answers the share REPEATED of them."""
REPEATED = 0.7
PEAK = 5
"""The busiest minute of a day has this many times the average load."""
BUSY = 0.6
"""Above this load, a processor makes users wait."""
REPEAT_CPU_MS = 0.23
REDIS_COMMANDS, RESULT_BYTES = 60, 62_000
S3_REQUESTS = 2
"""At most: ingest checks the prices and forecast reads them. Both remember recent prices."""
DAY_S = 86_400
CORES = ("web", "ingest", "forecast", "redis")
USERS = (1_000, 100_000, 10_000_000)


@dataclass(frozen=True)
class Needs:
    """The needs in the busiest minute of a day. `redis_gb` is the memory for a day's results."""

    forecasts_a_second: float
    cores: Mapping[str, int]
    redis_commands_a_second: float
    redis_gb: float
    s3_requests_a_second: float


def needs(users: int, cpu_ms: Mapping[str, float]) -> Needs:
    """The needs of `users` per day. `cpu_ms` is the CPU time of a new forecast, by program."""
    questions = users * QUESTIONS_A_DAY
    peak = questions / DAY_S * PEAK
    new, repeats = peak * (1 - REPEATED), peak * REPEATED
    spent_ms = {name: new * each for name, each in cpu_ms.items()}
    spent_ms["web"] += repeats * REPEAT_CPU_MS
    return Needs(
        forecasts_a_second=new,
        cores={name: math.ceil(spent / 1000 / BUSY) for name, spent in spent_ms.items()},
        redis_commands_a_second=new * REDIS_COMMANDS + repeats * 8,
        redis_gb=questions * (1 - REPEATED) * RESULT_BYTES / 1e9,
        s3_requests_a_second=new * S3_REQUESTS,
    )


def forecasts_a_second(cores: int, cpu_ms: Mapping[str, float]) -> float:
    """The new forecasts per second that all programs can handle when they share `cores`."""
    return cores / (sum(cpu_ms.values()) / 1000)


def measured() -> dict[str, Any]:
    """The figures of the last complete `make bench`."""
    found: dict[str, Any] = json.loads((ROOT / "bench/results/bench.json").read_text("utf-8"))
    return found


def table(cpu_ms: Mapping[str, float]) -> str:
    """The needs of USERS as a Markdown table."""
    heads = (
        *("users a day", "new forecasts a second", "cores: web, ingest, forecast, Redis"),
        *("Redis commands a second", "Redis for a day's results", "S3 requests a second"),
    )
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for users in USERS:
        of = needs(users, cpu_ms)
        cores = ", ".join(str(of.cores[name]) for name in CORES)
        rows.append(
            f"| {users:,} | {of.forecasts_a_second:,.2f} | {cores}"
            f" | {of.redis_commands_a_second:,.0f} | {of.redis_gb:,.2f} GB"
            f" | {of.s3_requests_a_second:,.1f} |"
        )
    each = ", ".join(f"{name} {BUSY * 1000 / cpu_ms[name]:.0f}" for name in CORES)
    rows += ["", f"New forecasts a second that one core carries: {each}."]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(measured()["details"]["warm"]["cpu_ms_a_forecast"]))
