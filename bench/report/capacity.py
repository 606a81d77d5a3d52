"""Calculates how many pods and how much of Redis and S3 a number of users needs.

python -m bench.report.capacity

The costs of a forecast come from `make bench`. The constants below are assumptions about users.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.stack import ROOT

QUESTIONS_A_DAY = 3
"""Questions of one user per day. A known result answers the share REPEATED of them."""
REPEATED = 0.7
PEAK = 5
"""The busiest minute of a day has this many times the average load."""
BUSY = 0.6
"""Above this load, a processor makes users wait."""
REPEAT_COMMANDS = 9
S3_REQUESTS = 2
"""At most: ingest checks the prices and forecast reads them. Both remember recent prices."""
DAY_S = 86_400
PODS = ("web", "ingest", "forecast")
USERS = (1_000, 100_000, 10_000_000)


@dataclass(frozen=True)
class Costs:
    """The measured costs: CPU of a new forecast by program, of a repeat, and Redis."""

    cpu_ms: Mapping[str, float]
    repeat_cpu_ms: float
    redis_commands: float
    redis_bytes: float

    def a_second(self, name: str) -> float:
        """The new forecasts a second that one core of a program carries, at most BUSY."""
        return BUSY * 1000 / self.cpu_ms[name]


@dataclass(frozen=True)
class Needs:
    """The needs in the busiest minute of a day. `redis_gb` is the memory for a day's results."""

    forecasts_a_second: float
    cores: Mapping[str, int]
    redis_commands_a_second: float
    redis_gb: float
    s3_requests_a_second: float


def costs(details: Mapping[str, Any]) -> Costs:
    """The costs that a complete `make bench` measured."""
    ours = details["systems"]["Stockcast"]
    return Costs(
        cpu_ms=ours["cpu_ms_by_program"],
        repeat_cpu_ms=1000 / details["web"]["repeats_per_second"],
        redis_commands=ours["redis"]["commands"],
        redis_bytes=ours["redis"]["kept_bytes"],
    )


def needs(users: int, of: Costs) -> Needs:
    """The needs of `users` per day. Each pod has one core."""
    questions = users * QUESTIONS_A_DAY
    peak = questions / DAY_S * PEAK
    new, repeats = peak * (1 - REPEATED), peak * REPEATED
    spent_ms = {name: new * each for name, each in of.cpu_ms.items()}
    spent_ms["web"] += repeats * of.repeat_cpu_ms
    return Needs(
        forecasts_a_second=new,
        cores={name: math.ceil(spent / 1000 / BUSY) for name, spent in spent_ms.items()},
        redis_commands_a_second=new * of.redis_commands + repeats * REPEAT_COMMANDS,
        redis_gb=questions * (1 - REPEATED) * of.redis_bytes / 1e9,
        s3_requests_a_second=new * S3_REQUESTS,
    )


def forecasts_a_second(cores: int, cpu_ms: Mapping[str, float]) -> float:
    """The new forecasts per second that all programs can handle when they share `cores`."""
    return cores / (sum(cpu_ms.values()) / 1000)


def measured() -> dict[str, Any]:
    """The figures of the last complete `make bench`."""
    return json.loads((ROOT / "bench/results/bench.json").read_text("utf-8"))


def table(of: Costs) -> str:
    """The cost of a forecast, and the needs of USERS, as two Markdown tables."""
    stored = (
        f"Redis runs {of.redis_commands:.0f} commands for a new forecast, and keeps"
        f" {of.redis_bytes / 1000:.0f} kB. A repeat costs web {of.repeat_cpu_ms:.2f} ms."
    )
    each = [
        "| | web | ingest | forecast | Redis |",
        "|---|---|---|---|---|",
        _row("CPU a new forecast", [f"{of.cpu_ms[name]:.1f} ms" for name in (*PODS, "redis")]),
        _row("new forecasts a second a core", [f"{of.a_second(n):.0f}" for n in (*PODS, "redis")]),
        "",
        stored,
        "",
    ]
    heads = (
        *("users a day", "new forecasts a second", "pods: web, ingest, forecast", "Redis cores"),
        *("Redis commands a second", "Redis for a day's results", "S3 requests a second"),
    )
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for users in USERS:
        at = needs(users, of)
        rows.append(
            _row(
                f"{users:,}",
                [
                    f"{at.forecasts_a_second:,.2f}",
                    ", ".join(str(at.cores[name]) for name in PODS),
                    str(at.cores["redis"]),
                    f"{at.redis_commands_a_second:,.0f}",
                    f"{at.redis_gb:,.2f} GB",
                    f"{at.s3_requests_a_second:,.1f}",
                ],
            )
        )
    return "\n".join([*each, *rows])


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table(costs(measured()["details"])))
