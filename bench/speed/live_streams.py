"""Measures thousands of live streams on one web process, and the delay of their changes."""

from __future__ import annotations

import asyncio
import itertools
import re
import threading
import time
import uuid
from typing import Any

from bench.clients.forecasts import ask
from bench.clients.http import get, in_turn, percentile, server_sent_events
from bench.report.figures import Figure, under
from bench.running import processes, trivial
from bench.running.world import World
from functions.common.config import RedisSettings
from functions.common.messages.events import ForecastRequested
from functions.common.requests.record import Status
from functions.common.requests.store import Requests

STREAMS, TIMES_TRIVIAL, UNDER_MB = 2000, 20, 200
CHANGES_A_SECOND = 150
OPENED_AT_ONCE, OPENED_WITHIN_S, ENDED_WITHIN_S = 50, 60, 300
STATUS = re.compile(rb'"status": ?"(\w+)"')
STEPS = (Status.INGESTING, Status.FORECASTING, Status.DONE)


class Watch:
    """Changes requests at a steady rate, and records when the stream of each request shows it."""

    def __init__(self, world: World, streams: int, symbol: str = "IBM") -> None:
        settings = RedisSettings(
            f"redis://127.0.0.1:{world.options.redis_port}/0", False, 3600, 600
        )
        self._port = world.port("web")
        self._store = Requests(world.redis, settings)
        self._result_key = ""
        self._symbol = symbol
        self._asked = [ForecastRequested(str(uuid.uuid4()), symbol, 45) for _ in range(streams)]
        self._changed_at: dict[tuple[str, str], float] = {}
        self.took_s: list[float] = []

    async def run(self) -> None:
        """Open all streams, change all requests until they end, and wait for the last events."""
        finished = await ask(self._port, {"symbol": self._symbol, "days": 45})
        record = self._store.read(finished)
        self._result_key = record.result_key if record else ""
        for one in self._asked:
            self._store.advance(one, Status.QUEUED)
        opened = asyncio.Semaphore(0)
        tasks = []
        for one in self._asked:
            tasks.append(asyncio.create_task(self._watch(one.request_id, opened)))
            if len(tasks) % OPENED_AT_ONCE == 0:
                await asyncio.sleep(0.05)
        for _ in self._asked:
            await asyncio.wait_for(opened.acquire(), OPENED_WITHIN_S)
        changer = threading.Thread(target=self._change)
        changer.start()
        await asyncio.wait_for(asyncio.gather(*tasks), ENDED_WITHIN_S)
        changer.join()

    async def _watch(self, request_id: str, opened: asyncio.Semaphore) -> None:
        path = f"/api/forecasts/{request_id}/events"
        async with server_sent_events(self._port, path) as told:
            await anext(told)  # the current status
            opened.release()
            async for data in told:
                now = time.perf_counter()
                status = STATUS.search(data)
                if status:
                    self.took_s.append(now - self._changed_at[request_id, status[1].decode()])

    def _change(self) -> None:
        due = time.perf_counter()
        for status in STEPS:
            for one in self._asked:
                due += 1 / CHANGES_A_SECOND
                time.sleep(max(0.0, due - time.perf_counter()))
                self._changed_at[one.request_id, status.value] = time.perf_counter()
                if status is Status.DONE:
                    self._store.done(one, self._result_key)
                else:
                    self._store.advance(one, status)


def measure(world: World, *, is_quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    """Open the streams, change each request three times, and measure the delays."""
    streams = 100 if is_quick else STREAMS
    with trivial.trivial(world) as unit:
        asked = in_turn(unit.program.ports[0], itertools.repeat(get("/"), 300), 1, lambda _: None)
        unit_ms = 1000 * percentile(asyncio.run(asked).took_s, 50)
    watch = Watch(world, streams)
    with processes.watched({"web": world.group("web")}) as peak_mb:
        asyncio.run(watch.run())
    p50, p99 = (percentile(watch.took_s, percent) * 1000 for percent in (50, 99))
    is_complete = len(watch.took_s) == len(STEPS) * streams
    return [
        Figure(
            f"{streams:,} live streams on one web process: a change arrives within, p50 and p99",
            f"{p50:.0f} ms, {p99:.0f} ms: {p99 / unit_ms:.1f} times an answer of the trivial"
            " function",
            f"p99 at most {TIMES_TRIVIAL} times",
            is_complete and p99 <= TIMES_TRIVIAL * unit_ms,
        ),
        under("memory of web with these streams", peak_mb["web"], UNDER_MB),
    ], {"changes_told": len(watch.took_s), "changes_a_second": CHANGES_A_SECOND}
