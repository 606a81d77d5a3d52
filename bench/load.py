"""`make load`: sends twice the load that the machine can handle.

The load is a mix: 70% repeats, 20% new requests and 10% invalid ones. First it measures the
capacity: how much of the mix the machine finishes. Then it sends twice as much at a steady rate.
Finally it measures the recovery: it sends one request at a time until the answers are as fast as
before.

python -m bench.load [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.clients.forecasts import DONE, ask, ended, many, new_questions
from bench.clients.http import Connection, Reply, percentile, post
from bench.report import figures
from bench.report.figures import Figure
from bench.running.world import World, stockcast

SECONDS, TIMES_CAPACITY = 120.0, 2.0
REPEATS, NEW, INVALID = "repeat", "new", "invalid"
MIX = {REPEATS: 70, NEW: 20, INVALID: 10}
CONNECTIONS = 512
REFUSALS = {429, 503}
EXPECTED = {REPEATS: {202} | REFUSALS, NEW: {200, 202} | REFUSALS, INVALID: {422} | REFUSALS}
BACKLOG = 200
"""How many requests may wait in the stack: about a second of work on two cores."""
REFUSED_WITHIN, RECOVERED_WITHIN, DONE_WITHIN = 1, 10, 15
"""In units of the time that a full backlog takes, because machines differ."""
QUESTION: dict[str, object] = {"symbol": "IBM", "days": 45}


@dataclass
class Seen:
    """Counts the answers by kind and status, and the outcomes of accepted requests."""

    answered_s: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    without_retry_after: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)
    done_s: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)

    def times(self, *kinds: str, refused: bool) -> list[float]:
        """The response times of `kinds`, for refusals or for all other answers."""
        return [
            took
            for (kind, status), all_took in self.answered_s.items()
            if kind in kinds and (status in REFUSALS) == refused
            for took in all_took
        ]


class Pool:
    """Up to CONNECTIONS keep-alive connections. Further requests wait for one, as in a proxy.

    Without a limit, a late burst would overflow the queue of the listening socket. The kernel then
    drops connections, and tries them again for up to a minute.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[Connection] = []

    async def send(self, request: bytes) -> Reply:
        """Send a request over an idle or a new connection, and return the reply."""
        async with self._places:
            return await self._sent(request)

    async def _sent(self, request: bytes) -> Reply:
        while self._idle:
            connection = self._idle.pop()
            try:
                reply = await connection.send(request)
            except ConnectionResetError:
                continue
            self._idle.append(connection)
            return reply
        connection = await Connection.open(self._port)
        reply = await connection.send(request)
        self._idle.append(connection)
        return reply

    def close(self) -> None:
        for connection in self._idle:
            connection.close()


class Load:
    """Sends the mix at a steady rate, and follows each accepted request to its end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pool = Pool(port)
        self._chance = random.Random(1)
        self.seen = Seen()

    async def run(self, per_second: float, seconds: float) -> None:
        """Send for `seconds`, then wait until all accepted requests have ended."""
        under_way: set[asyncio.Task[None]] = set()
        started = time.perf_counter()
        for number in range(round(per_second * seconds)):
            due = started + number / per_second
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            kind = _any_kind(self._chance)
            task = asyncio.create_task(self._send(kind, new_questions(1)[0]))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        self._pool.close()

    async def _send(self, kind: str, question: dict[str, object]) -> None:
        started = time.perf_counter()
        try:
            reply = await self._pool.send(_request(kind, question))
        except OSError as error:
            self.seen.unanswered[type(error).__name__] += 1
            return
        took = time.perf_counter() - started
        self.seen.answered_s.setdefault((kind, reply.status), []).append(took)
        if reply.status in REFUSALS and "retry-after" not in reply.headers:
            self.seen.without_retry_after += 1
        if kind == NEW and reply.status in {200, 202}:
            is_done = reply.status == 200
            last = reply.body if is_done else await ended(self._port, reply.json()["id"])
            self.seen.ended["done" if DONE in last else "not done"] += 1
            self.seen.done_s.append(time.perf_counter() - started)


async def capacity(world: World, seconds: float) -> float:
    """The new forecasts per second in the mix, with enough requests to keep the machine busy."""
    port = world.port("web")
    pool, chance, finished = Pool(port), random.Random(1), 0

    async def one(port: int, question: dict[str, object]) -> None:
        nonlocal finished
        kind = _any_kind(chance)
        if kind == NEW:
            await ask(port, question)
            finished += 1
        else:
            await pool.send(_request(kind, question))

    await many(port, new_questions(50), 8)
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        await many(port, new_questions(1000 if seconds > 1 else 50), 32, one)
    pool.close()
    return finished / (time.perf_counter() - started)


def _any_kind(chance: random.Random) -> str:
    return chance.choices(list(MIX), weights=list(MIX.values()))[0]


def _request(kind: str, question: dict[str, object]) -> bytes:
    bodies = {NEW: question, REPEATS: QUESTION, INVALID: {**question, "days": 0}}
    prefer = {"prefer": "wait=50"} if kind == NEW else {}
    return post("/api/forecasts", bodies[kind], **prefer)


async def recovery(port: int, usual_s: float) -> float:
    """How long it takes after the load until a forecast needs at most twice its usual time."""
    started = time.perf_counter()
    while True:
        asked = time.perf_counter()
        await ask(port, new_questions(1)[0])
        if time.perf_counter() - asked <= 2 * usual_s:
            return asked - started
        if asked - started > 60:
            return asked - started


async def measure(
    world: World, *, is_quick: bool, load_s: float = SECONDS
) -> tuple[list[Figure], dict[str, Any]]:
    """Measure the capacity, twice the capacity, and the recovery."""
    port = world.port("web")
    await ask(port, QUESTION)
    carried = await capacity(world, 1 if is_quick else 15)
    usual_s = percentile((await many(world.port("web"), new_questions(20), 1)).took_s, 95)
    per_second = TIMES_CAPACITY * carried * 100 / MIX[NEW]
    load = Load(port)
    await load.run(per_second, load_s)
    recovered_s = await recovery(port, usual_s)
    return _table(load.seen, per_second, carried, recovered_s), _details(load.seen)


def _table(seen: Seen, per_second: float, carried: float, recovered_s: float) -> list[Figure]:
    accepted = len(seen.done_s)
    refused = seen.times(NEW, refused=True)
    known = seen.times(REPEATS, INVALID, refused=False)
    surprises = seen.unanswered.total()
    for (kind, status), took in seen.answered_s.items():
        surprises += len(took) if status not in EXPECTED[kind] else 0
    slowest = percentile(seen.done_s, 99) if seen.done_s else 0.0
    refused_s = percentile(refused, 99) if refused else 0.0
    unit_s = BACKLOG / carried
    lost = accepted - seen.ended["done"]
    return [
        Figure("new forecasts a second that can be carried in this mix", f"{carried:.0f}"),
        Figure(f"time to work off the full backlog of {BACKLOG}", f"{unit_s:.1f} s"),
        Figure(
            "load: requests a second, of which 70% repeats, 20% new, 10% invalid",
            f"{per_second:.0f}: twice as many",
        ),
        Figure(
            "answers other than 200 or 202, 422 (invalid) and 429 or 503, or none at all",
            str(surprises),
            budget="0",
            met=surprises == 0,
        ),
        Figure(
            "new requests accepted, done, lost or failed",
            f"{accepted:,}, {seen.ended['done']:,}, {lost}",
            budget="all done",
            met=lost == 0,
        ),
        Figure(
            "accepted, POST to `done`, p50 and p99",
            f"{percentile(seen.done_s, 50):.1f} s, {slowest:.1f} s" if seen.done_s else "none",
            budget=f"p99 within {DONE_WITHIN} such times",
            met=slowest <= DONE_WITHIN * unit_s,
        ),
        Figure(
            "new requests refused with 503 and `Retry-After`, and how soon at p99",
            f"{len(refused):,}, {1000 * refused_s:.0f} ms; {seen.without_retry_after} without it",
            budget="within one such time, all with it",
            met=bool(refused)
            and refused_s <= REFUSED_WITHIN * unit_s
            and seen.without_retry_after == 0,
        ),
        Figure(
            "repeats and invalid ones meanwhile, p50 and p99",
            f"{percentile(known, 50) * 1000:.0f} ms, {percentile(known, 99) * 1000:.0f} ms",
        ),
        Figure(
            "a new forecast is as fast as before after",
            f"{recovered_s:.1f} s",
            budget=f"within {RECOVERED_WITHIN} such times",
            met=recovered_s <= RECOVERED_WITHIN * unit_s,
        ),
    ]


def _details(seen: Seen) -> dict[str, Any]:
    answered = {f"{kind} {status}": len(took) for (kind, status), took in seen.answered_s.items()}
    return {"answered": answered, "unanswered": dict(seen.unanswered), "ended": dict(seen.ended)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="a short run that does not change the page"
    )
    is_quick = parser.parse_args().quick
    before = os.getloadavg()[0]
    with stockcast({"BACKLOG_LIMIT": str(BACKLOG), "STREAM_LIMIT": "0"}) as world:
        measured = measure(world, is_quick=is_quick, load_s=10 if is_quick else SECONDS)
        found, details = asyncio.run(measured)
    tables = {"load": figures.markdown(found)}
    print(figures.write("load", found, details, tables, load=before, is_quick=is_quick))


if __name__ == "__main__":
    main()
