"""The machine loses power: everything stops at once, and data that was not on disk is gone.

Killing a process is not enough, because the kernel keeps what the process has written. Redis writes
its append-only file to disk once a second. So the test cuts off the end of that file before it
starts Redis again.
"""

import itertools
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.faults.world import World

MANY = 40
PACE_S = 0.25
STOPPED = {10: "forecast", 20: "ingest"}
"""Who stops once so many are accepted: there have to be requests at every stage."""
DARK_AFTER = 30
UNWRITTEN_S = 1
VOLUME_HEAD = 8
"""Bytes before the first object in a file of SeaweedFS."""
KEPT_S = UNWRITTEN_S + 2
"""What is older than this is on the disk: a disk that is busy lets Redis wait for two seconds."""

pytestmark = pytest.mark.faults


@dataclass(frozen=True)
class Step:
    """A command or a transaction in Redis's log. Redis applies all of it or nothing."""

    begins: int
    ends: int
    commands: list


def steps(log):
    at = 0

    def number():
        nonlocal at
        end = log.index(b"\r\n", at)
        told, at = int(log[at + 1 : end]), end + 2
        return told

    while at < len(log):
        begins, commands = at, []
        while not commands or (commands[0] == [b"MULTI"] and commands[-1] != [b"EXEC"]):
            words = []
            for _ in range(number()):
                size = number()
                words.append(log[at : at + size])
                at += size + 2
            commands.append(words)
        yield Step(begins, at, commands)


def after_a_write(_, written):
    return written


def within_a_record(log, written):
    """The last one is torn."""
    whole = itertools.takewhile(lambda step: step.ends <= written, steps(log))
    last = [step for step in whole if any(b"at:queued" in words for words in step.commands)][-1]
    return (last.begins + last.ends) // 2


def before_an_event(log, written):
    """The event of a request with a record."""
    return next(
        step.begins
        for step in steps(log)
        if step.begins >= written
        for words in step.commands
        if words[0] == b"XADD" and words[1].endswith(b":ingest-on-forecast-requested")
    )


CUTS = {
    "power lost": after_a_write,
    "power lost while a request is written": within_a_record,
    "power lost between a request and its event": before_an_event,
}


@pytest.fixture(scope="module")
def unwatched(tmp_path_factory):
    """A world that does not restart its programs by itself."""
    home = tmp_path_factory.mktemp("power")
    world = World(home, home / "data", MANY, is_watched=False)
    with ThreadPoolExecutor(1) as world.starter:  # its child processes end with it
        yield world
        world.close()


def lose_power(world, cut, *, takes_prices=False):
    """Stop everything at the same time, then start it again from the data on disk."""
    log = world.stores_home / "redis" / "appendonly.aof"
    sizes = []
    for many in (*STOPPED, DARK_AFTER):
        while len(world.accepted) < many:
            sizes.append((time.monotonic(), log.stat().st_size))
            time.sleep(0.01)
        if many in STOPPED:
            world.process(STOPPED[many]).signal(signal.SIGSTOP)
    world.dark_since = time.monotonic()
    for process in (*world.stores.processes, *world.stack.processes):
        process.signal(signal.SIGKILL)
    for stack in (world.stack, world.stores):
        stack.stop()
    written = max(size for at, size in sizes if at <= world.dark_since - UNWRITTEN_S)
    os.truncate(log, cut(log.read_bytes(), written))
    for volume in world.stores_home.glob("s3/stockcast_*.dat") if takes_prices else ():
        os.truncate(volume, VOLUME_HEAD)
    for stack in (world.stores, world.stack):
        world.starter.submit(stack.start, lambda _: None).result()


def accepted(world, *, before_s):
    """The requests accepted this long before the power loss."""
    until = world.dark_since - before_s
    return {request_id for request_id, (_, at) in world.accepted.items() if at < until}


@pytest.mark.parametrize("name", CUTS)
def test_a_loss_of_power_takes_the_last_second_and_nothing_else(unwatched, trials, name):
    trial = unwatched.trial(name, lambda: lose_power(unwatched, CUTS[name]), PACE_S)
    trials.append(trial)
    assert trial.accepted == MANY
    assert accepted(unwatched, before_s=KEPT_S)
    assert set(trial.lost) <= accepted(unwatched, before_s=0) - accepted(unwatched, before_s=KEPT_S)
    assert trial.lost  # what was to be tried
    assert {document["status"] for document in trial.lost.values()} == {404}
    for request_id in trial.lost:
        assert not list(unwatched.redis.scan_iter(f"*{request_id}*", count=5000))
    # One request may have lost its event, and no client asks again.
    without_event = {"Deadline exceeded": 1}
    assert trial.failed in (
        [without_event] if CUTS[name] is before_an_event else [without_event, {}]
    )
    assert trial.done + sum(trial.failed.values()) + len(trial.lost) == MANY
    assert (trial.wrong, trial.left) == ([], [])


@pytest.mark.parametrize("name", CUTS)
def test_whatever_is_asked_again_after_a_loss_of_power_is_done(unwatched, trials, name):
    def breaking():
        lose_power(unwatched, CUTS[name])
        for request_id, (question, _) in list(unwatched.accepted.items()):
            assert unwatched.submit(request_id, question).status_code == 202

    trial = unwatched.trial(f"{name}, all asked again", breaking, PACE_S)
    trials.append(trial)
    assert trial.done == trial.accepted == MANY
    assert (trial.lost, trial.wrong, trial.left) == ({}, [], [])


def test_prices_that_a_loss_of_power_has_left_half_written_are_fetched_again(
    unwatched, trials, caplog
):
    def breaking():
        lose_power(unwatched, after_a_write, takes_prices=True)

    trial = unwatched.trial("power lost, and prices with it", breaking, PACE_S)
    trials.append(trial)
    assert "because it is half written" in caplog.text
    assert set(trial.failed) <= {"Prices gone"}  # an event that points to them was on the disk
    assert trial.done + sum(trial.failed.values()) + len(trial.lost) == trial.accepted == MANY
    after = {one for one, (_, at) in unwatched.accepted.items() if at > unwatched.dark_since}
    assert after
    assert {unwatched.document(one)["status"] for one in after} == {"done"}
    assert (trial.wrong, trial.left) == ([], [])
