"""Requests forecasts from Stockcast and from others, and checks the answers."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress

from bench.clients.http import Tally, fetch, post, server_sent_events
from bench.running.world import SYMBOLS

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
    """Ask a question, wait for its answer, and return the request's id.

    An older commit ignores the preference to wait, so this follows its live stream.
    """
    accepted = await fetch(port, post("/api/forecasts", question, prefer="wait=50"))
    if accepted.status == 200:
        _check(question, accepted.body, DONE)
        return str(accepted.headers["location"].rpartition("/")[2])
    if accepted.status != 202:
        message = f"{question} was answered {accepted.status}: {accepted.body!r}"
        raise RuntimeError(message)
    request_id: str = accepted.json()["id"]
    _check(question, await ended(port, request_id), DONE)
    return request_id


async def ask_peer(port: int, question: dict[str, object]) -> None:
    """Ask a peer, which answers when the forecast is done."""
    reply = await fetch(port, post("/forecast", question))
    _check(question, reply.body)


async def ask_old_recipe(port: int, question: dict[str, object]) -> None:
    """Ask the old recipe, which answers with the last day only."""
    reply = await fetch(port, post("/forecast", question))
    if not {"date", "price", "low", "high"} <= reply.json().keys():
        message = f"{question} was answered {reply.body!r}"
        raise RuntimeError(message)


def _check(question: dict[str, object], answer: bytes, *parts: bytes) -> None:
    """Raise RuntimeError if `answer` is not a forecast for `question`."""
    asked = f'"symbol":"{question["symbol"]}","days":{question["days"]},'.encode()
    if any(part not in answer for part in (asked, b'"predicted_price":', *parts)):
        message = f"{question} was answered {answer[:300]!r}"
        raise RuntimeError(message)


async def many(
    port: int,
    questions: Iterable[dict[str, object]],
    at_once: int,
    one: Callable[[int, dict[str, object]], Awaitable[object]] = ask,
) -> Tally:
    """Ask all questions, `at_once` in parallel, and time each one until its end."""
    left, tally = iter(questions), Tally()

    async def work() -> None:
        for question in left:
            started = time.perf_counter()
            await one(port, question)
            tally.took_s.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    tally.spent_s = time.perf_counter() - started
    return tally
