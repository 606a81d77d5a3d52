"""Writes that share a round trip to a real Redis. The tests count Redis's socket reads."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ResponseError

from local.broker.group_commit import GroupCommit
from local.servers import free_port

NEVER = Retry(NoBackoff(), 0)


@pytest.fixture
async def commit(redis_settings):
    redis = Redis.from_url(redis_settings.url, retry=NEVER)
    commit = GroupCommit(redis)
    await commit.write("PING")  # the connection is made
    yield commit
    await redis.aclose()


async def under_way(commit, redis_client):
    """A write that Redis answers once a test pushes something to `go`."""
    task = asyncio.create_task(commit.write("BLPOP", "go", 0))
    while not int(redis_client.info("clients")["blocked_clients"]):  # noqa: ASYNC110 - Redis's state
        await asyncio.sleep(0.01)
    return task


async def asked(commit, *commands):
    """Start a task for each write and return the tasks once all are queued."""
    tasks = [asyncio.create_task(commit.write(*command)) for command in commands]
    await asyncio.sleep(0)
    return tasks


def rounds(redis_client):
    """How often Redis has read from a socket, including this time."""
    return int(redis_client.info("stats")["total_reads_processed"])


async def outcomes(tasks):
    return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 30)


async def test_what_comes_while_a_write_is_under_way_goes_in_one_round_trip_and_in_order(
    commit, redis_client
):
    first = await under_way(commit, redis_client)
    tasks = await asked(commit, *(("RPUSH", "list", number) for number in range(20)))
    before = rounds(redis_client)
    assert redis_client.llen("list") == 0
    redis_client.rpush("go", 1)
    assert await outcomes([first, *tasks]) == [(b"go", b"1"), *range(1, 21)]
    assert redis_client.lrange("list", 0, -1) == [str(number).encode() for number in range(20)]
    # Theirs, and four of this test: the length, the push, the range, and this look.
    assert rounds(redis_client) - before == 5


async def test_writes_one_after_the_other_wait_for_nothing(commit, redis_client):
    before = rounds(redis_client)
    for number in range(1, 4):
        assert await commit.write("RPUSH", "list", number) == number
    assert rounds(redis_client) - before == 4


async def test_what_redis_refuses_fails_for_its_caller_alone(commit, redis_client):
    redis_client.set("text", "abc")
    first = await under_way(commit, redis_client)
    tasks = await asked(
        commit,
        ("RPUSH", "list", 1),
        ("RPUSH", "text", 1),
        ("NO SUCH COMMAND",),
        ("RPUSH", "list", 2),
    )
    redis_client.rpush("go", 1)
    await first
    before, wrong, unknown, after = await outcomes(tasks)
    assert (before, after) == (1, 2)
    for error, reason in ((wrong, "WRONGTYPE"), (unknown, "unknown command")):
        assert isinstance(error, ResponseError)
        assert reason in str(error)


async def test_a_full_redis_refuses_what_adds_and_no_more(commit, redis_client):
    redis_client.set("old", 1)
    redis_client.config_set("maxmemory", 1)
    try:
        tasks = await asked(commit, ("RPUSH", "list", 1), ("DEL", "old"), ("RPUSH", "list", 1))
        added, removed, added_too = await outcomes(tasks)
    finally:
        redis_client.config_set("maxmemory", 0)
    assert isinstance(added, OutOfMemoryError)
    assert isinstance(added_too, OutOfMemoryError)
    assert removed == 1
    assert await commit.write("RPUSH", "list", 1) == 1


def blocked(redis_client):
    [client] = [one["id"] for one in redis_client.client_list() if "b" in one["flags"]]
    return int(client)


async def test_a_cut_connection_fails_those_on_it_and_none_after_them(commit, redis_client):
    first = await under_way(commit, redis_client)
    tasks = await asked(commit, ("RPUSH", "list", 1), ("RPUSH", "list", 2))
    redis_client.client_kill_filter(_id=blocked(redis_client))
    cut, *others = await outcomes([first, *tasks])
    assert isinstance(cut, RedisConnectionError)
    assert others == [1, 2]


async def test_nobody_waits_for_a_redis_that_is_not_there():
    redis = Redis(port=free_port(), retry=NEVER)
    commit = GroupCommit(redis)
    tasks = [asyncio.create_task(commit.write("PING")) for _ in range(3)]
    for outcome in await outcomes(tasks):
        assert isinstance(outcome, RedisConnectionError)
    with pytest.raises(RedisConnectionError):
        await commit.write("PING")
    await redis.aclose()


@pytest.mark.parametrize("gone", [0, 2])
async def test_who_is_cancelled_takes_nobody_along(commit, redis_client, gone):
    """0 is the caller of the write that is under way."""
    first = await under_way(commit, redis_client)
    tasks = [first, *await asked(commit, *(("RPUSH", "list", number) for number in range(3)))]
    tasks[gone].cancel()
    await asyncio.sleep(0)
    redis_client.rpush("go", 1)
    told = await outcomes(tasks)
    assert isinstance(told.pop(gone), asyncio.CancelledError)
    assert [one for one in told if isinstance(one, BaseException)] == []
    assert redis_client.lrange("list", 0, -1) == [b"0", b"1", b"2"]


async def test_an_end_of_the_writer_itself_leaves_nobody_waiting(commit, redis_client):
    first = await under_way(commit, redis_client)
    tasks = await asked(commit, ("RPUSH", "list", 1))
    commit._writer.cancel()
    for outcome in await outcomes([first, *tasks]):
        assert isinstance(outcome, asyncio.CancelledError)
    assert await commit.write("RPUSH", "list", 1) == 1
