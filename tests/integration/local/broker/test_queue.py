"""The broker's queue in a real Redis."""

import asyncio
import json

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from functions.common.cloudevents.event import Envelope
from functions.common.messages import message
from local.broker import queue as queues
from local.broker.queue import Outgoing, Queue

STREAM = "stockcast:broker:{queue}:first"


@pytest.fixture(autouse=True)
def no_looking_again(monkeypatch):
    """A broker hears of the event that it waits for, or waits too long."""
    monkeypatch.setattr(queues, "LOOK_AGAIN_S", 60)


@pytest.fixture
async def redis(redis_settings):
    redis = Redis.from_url(redis_settings.url)
    yield redis
    await redis.aclose()


@pytest.fixture
async def queue(redis):
    queue = Queue(redis)
    assert await queue.take("first", 10) == []
    return queue


def event(number=1, **more):
    return Envelope(**{"id": str(number), "source": "/test", "type": "t", "data": number, **more})


def as_deep_as_is_accepted():
    data = message.loads("[" * message.MOST_DEEP + "1" + "]" * message.MOST_DEEP)
    with pytest.raises(ValueError, match="levels"):
        message.loads(json.dumps([data]))
    return data


async def soon(waiting):
    return await asyncio.wait_for(waiting, 20)


@pytest.mark.parametrize(
    "given",
    [
        event(data={"n": [1, None, "é"]}, subject="AAPL", time="2013-03-01T12:00:00Z"),
        event(data=None, extensions={"partitionkey": "AAPL", "data2": "x"}),
        event(data=as_deep_as_is_accepted()),
    ],
)
async def test_an_event_comes_out_as_it_was_put_in(queue, given):
    await queue.put([Outgoing("first", given, is_dead=True)])
    [entry] = await soon(queue.take("first", 10))
    assert (entry.event, entry.is_dead, entry.tries) == (given, True, 1)


async def test_an_event_goes_to_its_delivery_without_being_read_again(queue, redis_client):
    before = redis_client.info("commandstats")
    await queue.put([Outgoing("first", event())])
    [entry] = await soon(queue.take("first", 10))
    await queue.finish(entry, [])
    after = redis_client.info("commandstats")
    sent = {name for name in after if after[name] != before.get(name)} - {"cmdstat_info"}
    assert sent == {"cmdstat_xadd", "cmdstat_xdel"}


async def test_what_was_there_before_is_taken_at_once_and_in_order(queue, redis):
    for number in range(5):
        await queue.put([Outgoing("first", event(number))])
    later = Queue(redis)
    taken = [await soon(later.take("first", 2)) for _ in range(3)]
    assert [[entry.event.data for entry in few] for few in taken] == [[0, 1], [2, 3], [4]]


async def test_what_has_no_room_in_memory_waits_in_redis_and_keeps_its_order(queue, monkeypatch):
    monkeypatch.setattr(queues, "IN_MEMORY", 3)
    taken = []

    async def put(numbers):
        for number in numbers:
            await queue.put([Outgoing("first", event(number))])

    async def take_all(count):
        while len(taken) < count:
            taken.extend(await soon(queue.take("first", 2)))

    await put(range(8))
    await take_all(4)
    await put(range(8, 10))
    await take_all(10)
    await put(range(10, 12))
    await take_all(12)
    assert [entry.event.data for entry in taken] == list(range(12))


async def test_an_event_that_nobody_told_of_is_found(queue, redis_client, monkeypatch):
    """For example, if Redis stored the event but the connection broke before the answer."""
    monkeypatch.setattr(queues, "LOOK_AGAIN_S", 0.05)
    await queue.put([Outgoing("first", event(1))])
    [in_hand] = await soon(queue.take("first", 10))
    _, body = event(2).to_structured()
    redis_client.xadd(STREAM, {"event": body, "dead": 0})
    await queue.put([Outgoing("first", event(3))])
    taken = []
    while len(taken) < 2:
        taken += await soon(queue.take("first", 10))
    assert sorted(entry.event.data for entry in taken) == [2, 3]
    assert in_hand.event == event(1)  # and is not taken twice


async def test_each_try_is_counted_and_survives_redis(queue, redis, redis_client):
    await queue.put([Outgoing("first", event(1)), Outgoing("first", event(2))])
    one, two = await soon(queue.take("first", 10))
    assert (one.tries, two.tries) == (1, 1)
    await queue.count_try(one, 2)
    await queue.count_try(one, 3)
    redis_client.execute_command("DEBUG", "LOADAOF")  # like a Redis that restarts
    next_run = await Queue(redis).take("first", 10)
    assert [(entry.id, entry.tries) for entry in next_run] == [(one.id, 4), (two.id, 1)]
    redis_client.execute_command("DEBUG", "LOADAOF")
    last_run = Queue(redis)
    one, two = await last_run.take("first", 10)
    assert (one.tries, two.tries) == (5, 2)  # it may be the event that ends the broker
    await asyncio.gather(last_run.finish(one, []), last_run.finish(two, []))
    assert redis_client.hgetall(f"{STREAM}:tries") == {}


async def test_what_is_finished_is_gone_and_what_follows_is_there(queue, redis_client):
    await queue.put([Outgoing("first", event(1))])
    [entry] = await soon(queue.take("first", 10))
    await queue.finish(entry, [Outgoing("first", event(2))])
    assert redis_client.xlen(STREAM) == 1
    assert [entry.event for entry in await soon(queue.take("first", 10))] == [event(2)]


async def test_a_full_redis_takes_no_event_and_still_lets_go_of_those_it_has(queue, redis_client):
    await queue.put([Outgoing("first", event(1)), Outgoing("first", event(2))])
    one, two = await soon(queue.take("first", 10))
    redis_client.config_set("maxmemory", 1)
    try:
        done, refused, refused_too, not_counted = await asyncio.gather(
            queue.finish(one, []),
            queue.finish(two, [Outgoing("second", event(3))]),
            queue.put([Outgoing("first", event(4)), Outgoing("second", event(4))]),
            queue.count_try(two, 2),
            return_exceptions=True,
        )
    finally:
        redis_client.config_set("maxmemory", 0)
    assert (done, not_counted) == (None, None)
    for error in (refused, refused_too):
        assert isinstance(error, ResponseError)
        assert "OOM" in str(error)
    assert redis_client.xlen("stockcast:broker:{queue}:second") == 0
    assert [entry_id for entry_id, _ in redis_client.xrange(STREAM)] == [two.id]


async def test_a_redis_that_came_back_empty_stops_nothing(queue, redis_client):
    await queue.put([Outgoing("first", event(1))])
    [entry] = await soon(queue.take("first", 10))
    redis_client.flushall()
    redis_client.script_flush()
    await queue.count_try(entry, 2)
    await queue.finish(entry, [Outgoing("first", event(2))])
    assert [entry.event for entry in await soon(queue.take("first", 10))] == [event(2)]
