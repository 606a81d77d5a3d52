"""A function retries by itself if nobody delivers the event again."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from functions.common.cloudevents.retries import ONCE, Retries
from functions.common.errors import TemporaryError


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 0.0
        slept = ()

        def sleep(self, seconds):
            self.now += seconds
            self.slept = (*self.slept, seconds)

        async def sleep_async(self, seconds):
            if threading.get_ident() == here:
                self.sleep(seconds)
            else:  # the event loop of a server that other tests use
                await real_sleep(seconds)

    clock, here, real_sleep = Clock(), threading.get_ident(), asyncio.sleep
    monkeypatch.setattr("tenacity.time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr("tenacity.nap.time", clock)
    monkeypatch.setattr("asyncio.sleep", clock.sleep_async)
    return clock


def failing(times, **given):
    left = [TemporaryError("down", **given)] * times

    def attempt():
        if left:
            raise left.pop()
        return "done"

    return attempt


def test_once_tries_only_once(clock):
    with pytest.raises(TemporaryError):
        ONCE(failing(1))
    assert clock.slept == ()


def test_it_retries_with_longer_pauses_until_it_succeeds(clock):
    assert Retries(60)(failing(5)) == "done"
    first, *_, last = clock.slept
    assert len(clock.slept) == 5
    assert first <= 0.5
    assert 4 <= last <= 8


def test_it_gives_up_in_time(clock):
    with pytest.raises(TemporaryError):
        Retries(10)(failing(100))
    assert 2 < clock.now <= 10


def test_a_retry_waits_as_long_as_the_error_asks(clock):
    assert Retries(60)(failing(2, retry_after_s=20)) == "done"
    assert clock.slept == (20, 20)
    with pytest.raises(TemporaryError):
        Retries(60)(failing(1, retry_after_s=61))


async def test_a_coroutine_is_retried_too(clock):
    attempt = failing(2)

    async def awaited(word):
        return word + attempt()

    assert await Retries(60).awaiting(lambda: awaited("it is ")) == "it is done"
    assert len(clock.slept) == 2
