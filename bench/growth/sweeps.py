"""Measures each curve: clients, years of history, live streams, batches and symbols."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from statistics import median

from bench.clients.forecasts import many
from bench.growth.curve import Curve
from bench.running import processes
from bench.running.provider import many_tickers
from bench.running.world import WITHOUT_LIMITS, World, stockcast
from bench.shipped import simulated_prices
from bench.speed import new_tickers
from bench.speed.live_streams import STEPS, Watch
from bench.speed.other_models import forecast_of

CLIENTS = (1, 2, 4, 8, 16, 32, 64)
YEARS = (1, 2, 5, 10, 20, 40)
STREAMS = (1, 10, 100, 500, 2000)
BATCHES = (10, 100, 1000, 5000)
SYMBOLS = (10, 100, 1000, 10_000)
SESSIONS_A_YEAR = 252
AT_ONCE = 16
_asked = itertools.count()


def measure(*, is_quick: bool) -> Iterator[Curve]:
    """Each curve as soon as it is measured."""
    yield _history(YEARS[:3] if is_quick else YEARS, 3 if is_quick else 15)
    with many_tickers() as env, stockcast({**WITHOUT_LIMITS, **env}) as world:
        submitted = _submit(world, 10)
        yield _clients(world, CLIENTS[:3] if is_quick else CLIENTS, 20 if is_quick else 300)
        yield _streams(world, STREAMS[:3] if is_quick else STREAMS)
        world.clear()
        batches, submitted = _batches(world, BATCHES[:2] if is_quick else BATCHES, submitted)
        yield batches
        yield _symbols(
            world, SYMBOLS[:2] if is_quick else SYMBOLS, 20 if is_quick else 300, submitted
        )


def _history(years: tuple[int, ...], rounds: int) -> Curve:
    """In one process, because the path from POST to `done` does not depend on the history."""
    rows = years[-1] * SESSIONS_A_YEAR
    [whole] = simulated_prices.series(1, 1, rows)
    points = []
    for count in years:
        spent_s = []
        for _ in range(rounds):
            series = whole.part(slice(-count * SESSIONS_A_YEAR, None))
            started = time.process_time()
            forecast_of(series)
            spent_s.append(time.process_time() - started)
        points.append((count, 1000 * median(spent_s)))
    return Curve("years of history", "CPU ms of the model, first forecast of a stock", points, 1.0)


def _clients(world: World, clients: tuple[int, ...], questions: int) -> Curve:
    points = [(count, _cpu_ms(world, 10, questions, count)) for count in clients]
    return Curve("clients at once", "CPU ms a forecast, all programs", points, 0.1)


def _streams(world: World, streams: tuple[int, ...]) -> Curve:
    points = []
    for count in streams:
        watch = Watch(world, count, _symbol(0))
        before_s = processes.cpu_s(world.group("web"))
        asyncio.run(watch.run())
        spent_s = processes.cpu_s(world.group("web")) - before_s
        points.append((count, 1000 * spent_s / (count * len(STEPS))))
    return Curve("live streams", "CPU ms of web a change, opening included", points, 0.1)


def _batches(world: World, sizes: tuple[int, ...], submitted: int) -> tuple[Curve, int]:
    points, groups = [], world.groups(new_tickers.COUNTED).values()
    for size in sizes:
        before_s = processes.all_cpu_s(groups)
        submitted = _submit(world, size, submitted)
        points.append((size, 1000 * (processes.all_cpu_s(groups) - before_s) / size))
    return Curve("new tickers in a batch", "CPU ms a ticker, all programs", points, 0.1), submitted


def _symbols(world: World, symbols: tuple[int, ...], questions: int, submitted: int) -> Curve:
    """Ask about the symbols in turn. A process caches the prices of the last 16."""
    while submitted < symbols[-1]:
        submitted = _submit(world, min(symbols[-1] - submitted, BATCHES[-1]), submitted)
    points = [(count, _cpu_ms(world, count, questions, AT_ONCE)) for count in symbols]
    return Curve("symbols asked about", "CPU ms a forecast, all programs", points, 0.2)


def _submit(world: World, size: int, first: int = 0) -> int:
    """Submit a batch of new tickers. Returns the number of tickers so far."""
    asyncio.run(new_tickers.submit(world.port("web"), first, size))
    return first + size


def _cpu_ms(world: World, symbols: int, questions: int, clients: int) -> float:
    """The CPU a forecast for new questions, spread evenly over the first `symbols`."""
    groups = world.groups(new_tickers.COUNTED).values()
    step = max(1, symbols // questions)
    asked: list[dict[str, object]] = [
        {
            "symbol": _symbol(number * step % symbols),
            "days": 30 + number % 90,
            "options": {"bench": f"growth {next(_asked)}"},
        }
        for number in range(questions)
    ]
    before_s = processes.all_cpu_s(groups)
    asyncio.run(many(world.port("web"), asked, clients))
    return 1000 * (processes.all_cpu_s(groups) - before_s) / questions


def _symbol(number: int) -> str:
    return f"T{number:07}"
