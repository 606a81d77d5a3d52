"""The benchmarks and the load test measure what they claim. Tests check counts, not times."""

import pytest

from bench.clients.forecasts import ask, ask_old_recipe, many, new_questions
from bench.clients.http import post
from bench.load import INVALID, NEW, REPEATS, Load
from bench.running.peers import old_recipe
from bench.running.provider import many_tickers
from bench.running.redis_commands import counted
from bench.running.world import WITHOUT_LIMITS, stockcast
from bench.size import memory
from bench.speed import first_click, new_tickers, web_on_one_core
from bench.speed.live_streams import STEPS, Watch


@pytest.fixture(scope="module")
def world():
    with many_tickers() as env, stockcast({**WITHOUT_LIMITS, **env}) as world:
        yield world


QUESTION = {"symbol": "T00001", "days": 45}


async def test_a_batch_of_made_up_tickers_is_done(world):
    await new_tickers.submit(world.port("web"), 0, 5)


async def test_every_change_is_told_on_every_stream(world):
    watch = Watch(world, 20, QUESTION["symbol"])
    await watch.run()
    assert len(watch.took_s) == 20 * len(STEPS)


def test_a_repeat_costs_one_round_trip_to_redis(world):
    import asyncio

    asyncio.run(ask(world.port("web"), QUESTION))
    assert web_on_one_core.round_trips(world, post("/api/forecasts", QUESTION)) == 1


async def test_the_load_is_answered_and_what_is_accepted_is_done(world):
    await ask(world.port("web"), QUESTION)
    load = Load(world.port("web"))
    await load.run(per_second=100, seconds=1)
    seen = load.seen
    answered = {key: len(took) for key, took in seen.answered_s.items()}
    assert set(answered) == {(REPEATS, 202), (NEW, 200), (INVALID, 422)}
    assert sum(answered.values()) == 100
    assert seen.ended == {"done": answered[NEW, 200]}
    assert seen.unanswered == {}


async def test_the_old_recipe_answers_the_same_questions(world):
    with old_recipe(world, 4) as old:
        port = old["web"].program.ports[0]
        tally = await many(port, new_questions(1), 1, ask_old_recipe)
    assert len(tally.took_s) == 1


async def test_an_answer_to_another_question_is_noticed(world, monkeypatch):
    port = world.port("web")
    monkeypatch.setattr(
        "bench.clients.forecasts.post", lambda path, _, **more: post(path, QUESTION, **more)
    )
    with pytest.raises(RuntimeError, match="was answered"):
        await ask(port, {**QUESTION, "days": 46})


def test_commands_inside_scripts_are_told_apart(world):
    with counted(world.redis) as commands:
        world.redis.set("bench", 1)
        world.redis.eval("redis.call('GET', 'bench'); return redis.call('DEL', 'bench')", 0)
        with world.redis.pipeline() as together:
            together.get("bench").get("bench").execute()
    own = {name: commands.sent[name] for name in ("SET", "EVAL", "MULTI")}
    assert own == {"SET": 1, "EVAL": 1, "MULTI": 1}
    assert commands.in_scripts["DEL"] == 1
    assert commands.transactions == 3


def test_the_first_click_wakes_ingest_and_forecast_together(world):
    click = first_click.click(world, first_click.DELAY_S)
    assert click.called_s["ingest"] >= click.ready_s["web"] > 0
    assert click.called_s["forecast"] < click.ready_s["ingest"]


def test_memory_is_that_of_every_function(world):
    assert all(mb > 10 for mb in memory._memory(world).values())


async def test_many_questions_are_all_answered(world):
    questions = [{**QUESTION, "days": 50 + number} for number in range(8)]
    assert len((await many(world.port("web"), questions, 4)).took_s) == 8
