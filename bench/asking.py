"""Requests forecasts from Stockcast and from the baseline, and waits for them."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress

from bench.http_load import Tally, fetch, post, server_sent_events
from bench.world import SYMBOLS, World

SHORTEST, LONGEST = 30, 120
"""Days ahead. For the same day, an option that no model knows makes each question different."""

DONE = b'"status":"done"'
ENDED = re.compile(rb'"status": ?"(done|failed)"')
PATIENCE_S, AGAIN_S = 600.0, 0.2


def _questions() -> Iterator[dict[str, object]]:
    for number in itertools.count():
        days = SHORTEST + number % (LONGEST - SHORTEST)
        for symbol in SYMBOLS:
            yield {"symbol": symbol, "days": days, "options": {"bench": number}}


_endless = _questions()


def new_questions(count: int) -> list[dict[str, object]]:
    """Questions that are new in this run, so Stockcast has no result for them."""
    return list(itertools.islice(_endless, count))


async def ended(port: int, request_id: str) -> bytes:
    """The last event of the request's live stream."""
    return await last_event(port, f"/api/forecasts/{request_id}/events", ENDED)


async def last_event(port: int, path: str, final: re.Pattern[bytes]) -> bytes:
    """The first event of a stream that matches `final`.

    If the stream ends earlier, this opens it again, as a browser does. Raises TimeoutError if there
    is no such event within PATIENCE_S.
    """
    give_up = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < give_up:
        with suppress(OSError):
            async with server_sent_events(port, path) as told:
                async for data in told:
                    if final.search(data):
                        return data
        await asyncio.sleep(AGAIN_S)
    message = f"{path} did not end within {PATIENCE_S:.0f} s."
    raise TimeoutError(message)


async def ask(port: int, question: dict[str, object]) -> str:
    """Submit a question, wait for its end on the live stream, and return the request's id."""
    accepted = await fetch(port, post("/api/forecasts", question))
    if accepted.status != 202:
        message = f"{question} was answered {accepted.status}: {accepted.body!r}"
        raise RuntimeError(message)
    request_id: str = accepted.json()["id"]
    last = await ended(port, request_id)
    if DONE not in last:
        message = f"{question} ended as {last[:300]!r}"
        raise RuntimeError(message)
    return request_id


async def ask_baseline(port: int, question: dict[str, object]) -> None:
    """Ask the baseline, which answers when the forecast is done."""
    reply = await fetch(port, post("/forecast", question))
    if reply.status != 200 or b"error" in reply.body:
        message = f"The baseline answered {reply.status}: {reply.body!r}"
        raise RuntimeError(message)


async def many(world: World, questions: Iterable[dict[str, object]], at_once: int) -> Tally:
    """Ask all questions, `at_once` in parallel, and time each one until its end."""
    return await _many(world.port("web"), questions, at_once, ask)


async def many_of_baseline(
    port: int, questions: Iterable[dict[str, object]], at_once: int
) -> Tally:
    """Do the same with the baseline."""
    return await _many(port, questions, at_once, ask_baseline)


async def _many(
    port: int,
    questions: Iterable[dict[str, object]],
    at_once: int,
    one: Callable[[int, dict[str, object]], Awaitable[object]],
) -> Tally:
    left, tally = iter(questions), Tally()

    async def work() -> None:
        for question in left:
            started = time.perf_counter()
            await one(port, question)
            tally.add(200, time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    tally.spent_s = time.perf_counter() - started
    return tally
