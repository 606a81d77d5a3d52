"""Compares Stockcast with what you might use instead, in turns on one machine.

Each round measures every system once, so that noise of the machine affects all of them. The figures
are medians of the rounds. The client runs on the same cores and checks every answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import redis

from bench.clients.forecasts import ask, ask_old_recipe, ask_peer, many, new_questions
from bench.clients.http import Tally
from bench.report.figures import Figure
from bench.running import peers, processes
from bench.running.other_commit import other_commit
from bench.running.redis_commands import counted
from bench.running.world import WITHOUT_LIMITS, World

STOCKCAST, OLD_RECIPE = "Stockcast", "old recipe"
NAMES = {"celery": "Celery", "dramatiq": "Dramatiq", "fastapi": "FastAPI, no queue"}
DURABLE = ("Celery", "Dramatiq")
STORES = ("redis", "s3")
AT_ONCE = 32
DATABASES = {name: number for number, name in enumerate((*NAMES, OLD_RECIPE), 1)}
"""Each system has its own database of Redis, so that its commands can be told apart."""

OF_OLD_RECIPE, OF_DRAMATIQ, OF_DURABLE = 60, 1.0, 0.6
OLD_RECIPE_P50 = 8
ROUND_TRIPS, COMMANDS = 10, 35
WHOLE_FROM = 20
AS_BEFORE = 0.95
"""The other commit counts as equal if its figure is within this ratio, which is noise."""


@dataclass
class System:
    """A system to compare: how to ask it, the groups of its programs, and its figures by round."""

    name: str
    ask: Callable[[int, int], Tally]
    groups: Mapping[str, int]
    redis: redis.Redis
    database: int = 0
    is_slow: bool = False
    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[dict[str, float]] = field(default_factory=list)
    client_ms: list[float] = field(default_factory=list)
    alone_s: list[float] = field(default_factory=list)
    redis_commands: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Size:
    """How much to ask: questions a round with many clients and with one, and for the commands."""

    rounds: int
    at_once: int
    alone: int
    counted: int

    def of(self, system: System, count: int) -> int:
        """The number of questions for a system. The slow one gets fewer."""
        return max(2, count // 12) if system.is_slow else count


def measure(
    world: World, *, is_quick: bool, against: str | None = None
) -> tuple[list[Figure], dict[str, Any]]:
    """Measure all systems, and the commit `against` if given."""
    size = Size(2, 40, 10, 10) if is_quick else Size(9, 360, 40, 100)
    with ExitStack() as stack:
        systems = [*_ours(world, against, stack), *_others(world, stack)]
        for system in systems:  # the first one stores the prices for all but another commit
            system.ask(size.of(system, max(20, size.at_once // 4)), 8)
        for _ in range(size.rounds):
            for system in systems:
                _at_once(system, size.of(system, size.at_once))
            for system in systems:
                system.alone_s += system.ask(size.of(system, size.alone), 1).took_s
        for system in systems:
            system.redis_commands = _commands(system, size.of(system, size.counted))
    details = {system.name: _summary(system) for system in systems}
    return goals(details, against), details


def _ours(world: World, against: str | None, stack: ExitStack) -> Iterator[System]:
    groups = world.groups() | world.groups(STORES)
    yield System(STOCKCAST, _asking(world.port("web"), ask), groups, world.redis)
    if against:
        other = stack.enter_context(other_commit(against, WITHOUT_LIMITS))
        yield System(against, _asking(other.port, ask), other.groups, other.redis)


def _others(world: World, stack: ExitStack) -> Iterator[System]:
    runs = {name: peers.peer(world, name, DATABASES[name]) for name in NAMES}
    runs[OLD_RECIPE] = peers.old_recipe(world, DATABASES[OLD_RECIPE])
    for name, run in runs.items():
        started, is_old = stack.enter_context(run), name == OLD_RECIPE
        asked = _asking(started["web"].program.ports[0], ask_old_recipe if is_old else ask_peer)
        groups = {part: process.pid for part, process in started.items()} | world.groups(STORES)
        told = NAMES.get(name, name)
        yield System(told, asked, groups, world.redis, DATABASES[name], is_slow=is_old)


def _asking(
    port: int, one: Callable[[int, dict[str, object]], Awaitable[object]]
) -> Callable[[int, int], Tally]:
    def asked(questions: int, clients: int) -> Tally:
        return asyncio.run(many(port, new_questions(questions), clients, one))

    return asked


def _at_once(system: System, questions: int) -> None:
    before = {name: processes.cpu_s(group) for name, group in system.groups.items()}
    own_s = time.process_time()
    tally = system.ask(questions, 6 if system.is_slow else AT_ONCE)
    system.client_ms.append((time.process_time() - own_s) / questions * 1000)
    system.per_second.append(tally.per_second)
    system.cpu_ms.append(
        {
            name: (processes.cpu_s(group) - before[name]) / questions * 1000
            for name, group in system.groups.items()
        }
    )


def _commands(system: System, questions: int) -> dict[str, Any]:
    """Commands and bytes a forecast with one client, so that none share a round trip by chance."""
    before = _bytes(system)
    system.ask(questions, 1)
    kept, moved = (after - earlier for after, earlier in zip(_bytes(system), before, strict=True))
    with counted(system.redis, system.database) as commands:
        system.ask(questions, 1)
    return {
        "round_trips": round(commands.round_trips / questions, 1),
        "commands": round(commands.total / questions, 1),
        "kept_bytes": round(kept / questions),
        "moved_bytes": round(moved / questions),
        **{
            where: {name: round(count / questions, 2) for name, count in found.most_common()}
            for where, found in (("sent", commands.sent), ("in_scripts", commands.in_scripts))
        },
    }


def _bytes(system: System) -> tuple[int, int]:
    """The memory of Redis, and the bytes that it has received and sent."""
    found = system.redis.info()
    moved = found["total_net_input_bytes"] + found["total_net_output_bytes"]
    return found["used_memory"], moved


def _summary(system: System) -> dict[str, Any]:
    by_program = {
        name: round(median(one[name] for one in system.cpu_ms), 2) for name in system.cpu_ms[0]
    }
    return {
        "per_second": round(median(system.per_second), 1),
        "cpu_ms": round(median(sum(one.values()) for one in system.cpu_ms), 2),
        "cpu_ms_by_program": by_program,
        "client_cpu_ms": round(median(system.client_ms), 2),
        "p50_ms": round(median(system.alone_s) * 1000, 1),
        "redis": system.redis_commands,
    }


def goals(of: Mapping[str, Mapping[str, Any]], against: str | None) -> list[Figure]:
    """Compare the figures of Stockcast with its goals."""
    ours, old, dramatiq = of[STOCKCAST], of[OLD_RECIPE], of["Dramatiq"]
    fastest = min(of[name]["p50_ms"] for name in DURABLE)
    old_rate, rate = (ours["per_second"] / one["per_second"] for one in (old, dramatiq))
    old_p50, p50 = old["p50_ms"] / ours["p50_ms"], ours["p50_ms"] / fastest
    trips, commands = (ours["redis"][name] for name in ("round_trips", "commands"))
    found = [
        _at_least("forecasts a second, relative to the old recipe", old_rate, OF_OLD_RECIPE, 1),
        _at_least("forecasts a second, relative to Dramatiq", rate, OF_DRAMATIQ),
        _at_least("p50 of the old recipe, relative to Stockcast", old_p50, OLD_RECIPE_P50, 1),
        _at_most("p50, relative to the faster of Celery and Dramatiq", p50, OF_DURABLE),
        _at_most("round trips to Redis a forecast", trips, ROUND_TRIPS, 1),
        _at_most("Redis commands a forecast, those in scripts included", commands, COMMANDS, 1),
    ]
    if against:
        before = of[against]
        more = ours["per_second"] / before["per_second"]
        faster = before["p50_ms"] / ours["p50_ms"]
        found += [
            _at_least(f"forecasts a second, relative to {against}", more, AS_BEFORE),
            _at_least(f"p50 of {against}, relative to this commit", faster, AS_BEFORE),
        ]
    return found


def _at_least(name: str, measured: float, goal: float, decimals: int = 2) -> Figure:
    told = f"{measured:.{decimals}f}"
    return Figure(name, told, budget=f"at least {goal}", met=measured >= goal)


def _at_most(name: str, measured: float, goal: float, decimals: int = 2) -> Figure:
    return Figure(name, f"{measured:.{decimals}f}", budget=f"at most {goal}", met=measured <= goal)


def lines(of: Mapping[str, Mapping[str, Any]]) -> str:
    """The two figures that a newcomer asks for, for the README."""
    names = [name for name in (STOCKCAST, *DURABLE, OLD_RECIPE) if name in of]
    rates = ", ".join(f"{name} {_rate(of[name]['per_second'])}" for name in names)
    times = ", ".join(f"{name} {of[name]['p50_ms']:.0f} ms" for name in names)
    return f"- Forecasts a second: {rates}\n- Time to an answer: {times}"


def _rate(per_second: float) -> str:
    return f"{per_second:.{0 if per_second >= WHOLE_FROM else 1}f}"


def table(of: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures of all systems as a Markdown table."""
    rows = {
        "forecasts a second": lambda one: _rate(one["per_second"]),
        "CPU a forecast, all programs": lambda one: f"{one['cpu_ms']:.1f} ms",
        "one client, POST to result, p50": lambda one: f"{one['p50_ms']:.1f} ms",
        "round trips to Redis a forecast": lambda one: f"{one['redis']['round_trips']:.0f}",
        "Redis commands a forecast": lambda one: f"{one['redis']['commands']:.0f}",
    }
    lines = [f"| | {' | '.join(of)} |", "|---" * (len(of) + 1) + "|"]
    lines += [
        f"| {name} | {' | '.join(told(one) for one in of.values())} |"
        for name, told in rows.items()
    ]
    return "\n".join(lines)
