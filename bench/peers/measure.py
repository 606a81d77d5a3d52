"""Compares Stockcast with its peers: throughput, CPU time, latency, and commands to Redis."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from bench import processes
from bench.asking import many, many_of_baseline, new_questions
from bench.figures import Figure
from bench.http_load import Tally
from bench.world import READY_S, World, healthy
from local.process import Process
from local.servers import HOST, Program, free_port

WORKERS = 2
"""The number of processes of each program, one for each core."""
AT_ONCE = 32
STORES = ("redis", "s3")
PEERS = ("dramatiq", "celery", "fastapi")
DURABLE = ("dramatiq", "celery")
MOST_COMMANDS = 35
LATENCY_RATIO, THROUGHPUT_RATIO = 0.6, 1.0


@dataclass
class Contestant:
    """A system to measure: how to ask it, its programs, and the measurements."""

    name: str
    ask: Callable[[int, int], Tally]
    groups: dict[str, int]
    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[dict[str, float]] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    commands: dict[str, float] = field(default_factory=dict)


def measure(world: World, *, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Measure all systems in turns, on the same stores."""
    rounds, questions, alone = (1, 20, 5) if is_quick else (5, 320, 40)
    stores = world.groups(STORES)
    ours = Contestant("stockcast", partial(_ask_ours, world), world.groups())
    with ExitStack() as stack:
        peers = [stack.enter_context(_peer(world, name)) for name in PEERS]
        everybody = [ours, *peers]
        _ask_ours(world, 20, 4)  # this stores the prices in S3 for the peers
        for one in everybody:
            one.ask(questions // 4 or 1, 8)
        for _ in range(rounds):
            for one in everybody:
                groups = one.groups | stores
                before = {name: processes.cpu_s(group) for name, group in groups.items()}
                one.per_second.append(one.ask(questions, AT_ONCE).per_second)
                spent = {
                    name: (processes.cpu_s(group) - before[name]) / questions * 1000
                    for name, group in groups.items()
                }
                one.cpu_ms.append(spent)
            for one in everybody:
                calls = _calls(world)
                one.p50_ms.append(one.ask(alone, 1).percentile_ms(50))
                after = _calls(world)
                one.commands = {name: (after[name] - calls.get(name, 0)) / alone for name in after}
    details = {one.name: _summary(one) for one in everybody}
    return _figures(details), details


def _calls(world: World) -> dict[str, int]:
    """How often Redis ran each command, and how many commands were not part of a script."""
    stats = world.redis.info("commandstats")
    return {name.removeprefix("cmdstat_"): int(of["calls"]) for name, of in stats.items()}


def _summary(one: Contestant) -> dict[str, Any]:
    names = one.cpu_ms[0]
    cpu_ms = {name: round(median(round_[name] for round_ in one.cpu_ms), 2) for name in names}
    return {
        "per_second": round(median(one.per_second), 1),
        "cpu_ms": round(sum(cpu_ms.values()), 2),
        "cpu_ms_by_program": cpu_ms,
        "p50_ms": round(median(one.p50_ms), 1),
        "redis_commands": round(sum(one.commands.values()), 1),
        "redis_commands_by_name": {
            name: round(count, 1) for name, count in sorted(one.commands.items()) if count >= 0.05
        },
    }


def _figures(of: dict[str, dict[str, Any]]) -> list[Figure]:
    ours, dramatiq = of["stockcast"], of["dramatiq"]
    fastest = min(of[name]["p50_ms"] for name in DURABLE)

    def beside(what: str) -> str:
        return ", ".join(f"{name} {of[name][what]}" for name in PEERS)

    more = ours["per_second"] / dramatiq["per_second"]
    faster = ours["p50_ms"] / fastest
    commands = ours["redis_commands"]
    return [
        Figure(
            "forecasts a second beside peers",
            f"{ours['per_second']}",
            beside("per_second"),
            f"at least {THROUGHPUT_RATIO} of Dramatiq's: {more:.2f}",
            more >= THROUGHPUT_RATIO,
        ),
        Figure(
            "CPU ms a forecast, all programs, beside peers",
            f"{ours['cpu_ms']}",
            beside("cpu_ms"),
        ),
        Figure(
            "one client, POST to `done`, p50 in ms, beside peers",
            f"{ours['p50_ms']}",
            beside("p50_ms"),
            f"at most {LATENCY_RATIO} of the fastest durable one's: {faster:.2f}",
            faster <= LATENCY_RATIO,
        ),
        Figure(
            "Redis commands a forecast, those inside Lua included",
            f"{commands}",
            beside("redis_commands"),
            f"at most {MOST_COMMANDS}",
            commands <= MOST_COMMANDS,
        ),
    ]


def _ask_ours(world: World, questions: int, at_once: int) -> Tally:
    return asyncio.run(many(world, new_questions(questions), at_once))


def _ask_peer(port: int, questions: int, at_once: int) -> Tally:
    return asyncio.run(many_of_baseline(port, new_questions(questions), at_once))


@contextmanager
def _peer(world: World, name: str) -> Iterator[Contestant]:
    port = free_port()
    env = {**world.stack.process("forecast").program.env, "PEER": name}
    web = [
        *(sys.executable, "-m", "uvicorn", "bench.peers.web:app", "--host", HOST),
        *("--port", str(port), "--log-level", "warning"),
        *(("--workers", str(WORKERS)) if name == "fastapi" else ()),
    ]
    workers = {
        "celery": [
            *("-m", "celery", "-A", "bench.peers.celery_app", "worker", "-c", str(WORKERS)),
            *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
        ],
        "dramatiq": [
            *("-m", "dramatiq", "bench.peers.dramatiq_app", "-p", str(WORKERS), "-t", "4"),
        ],
    }
    programs = [Program("web", tuple(web), (port,), lambda: healthy(port), env)]
    if name in workers:
        argv = (sys.executable, *workers[name])
        programs.append(Program("worker", argv, (), lambda: True, env))
    started: list[Process] = []
    try:
        for program in programs:
            process = Process(program, world.options.home / "peers" / f"{name}-{program.name}.log")
            process.start()
            started.append(process)
        for process in started:
            process.wait_until_ready(READY_S)
        groups = {process.program.name: process.pid for process in started}
        yield Contestant(name, partial(_ask_peer, port), groups)
    finally:
        for process in started:
            process.stop()
