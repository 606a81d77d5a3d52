"""The benchmarks and the load test measure what they claim. Tests check counts, not times."""

import pytest

from bench import memory, single_core
from bench.clients.forecasts import ask, many, many_of_baseline, new_questions
from bench.speed.new_tickers import _batch
from bench.clients.http import post
from bench.load import INVALID, NEW, REPEATS, Load
from bench.running.provider import many_tickers
from bench.run import WITHOUT_LIMITS
from bench.speed.live_streams import STEPS, Watch
from bench.running.world import baseline, stockcast


@pytest.fixture(scope="module")
def world():
    with many_tickers() as env, stockcast({**WITHOUT_LIMITS, **env}) as world:
        yield world


QUESTION = {"symbol": "T00001", "days": 45}


async def test_a_batch_of_made_up_tickers_is_done(world):
    await _batch(world, 0, 5)


async def test_every_change_is_told_on_every_stream(world):
    watch = Watch(world, 20, QUESTION["symbol"])
    await watch.run()
    assert len(watch.took_s) == 20 * len(STEPS)


def test_a_repeat_costs_one_round_trip_to_redis(world):
    import asyncio

    asyncio.run(ask(world.port("web"), QUESTION))
    assert single_core.round_trips(world, post("/api/forecasts", QUESTION)) == 1


async def test_the_load_is_answered_and_what_is_accepted_is_done(world):
    await ask(world.port("web"), QUESTION)
    load = Load(world.port("web"), QUESTION)
    await load.run(per_second=100, seconds=1)
    seen = load.seen
    answered = {key: len(took) for key, took in seen.answered_s.items()}
    assert set(answered) == {(REPEATS, 202), (NEW, 202), (INVALID, 422)}
    assert sum(answered.values()) == 100
    assert seen.ended == {"done": answered[NEW, 202]}
    assert seen.unanswered == {}


async def test_the_baseline_answers_the_same_questions(world):
    with baseline(world) as old:
        tally = await many_of_baseline(old["web"].program.ports[0], new_questions(1), 1)
    assert tally.statuses == {200: 1}


def test_memory_is_that_of_every_function(world):
    assert all(mb > 10 for mb in memory._memory(world).values())


async def test_many_questions_are_all_answered(world):
    questions = [{**QUESTION, "days": 50 + number} for number in range(8)]
    assert (await many(world, questions, 4)).statuses == {200: 8}
