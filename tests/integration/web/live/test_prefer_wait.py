"""A caller can wait for the answer in one request: `Prefer: wait=30` (RFC 7240)."""

import asyncio
import json
import threading
import time
from functools import partial

import pytest
import requests
from msgspec.structs import replace

from functions.common.errors import UnknownSymbolError
from functions.common.messages.events import ForecastRequested
from functions.common.requests.record import RequestRecord, Status
from functions.web.live import prefer_wait
from functions.web.live.progress import Changes, Reading
from functions.web.stores.requests import connect
from tests.integration.web.serving import serving
from tests.support.turns import answered
from tests.support.waiting import until

REQUESTED = ForecastRequested("request-1", "AAPL", 45)
RESULT = b'{"predicted_price":433.7}'


def submit(url, prefer="wait=50", **own_id):
    body = {"symbol": "AAPL", "days": 45, **own_id}
    headers = {"prefer": prefer} if prefer else {}
    return requests.post(f"{url}/api/forecasts", json=body, headers=headers, timeout=300)


@pytest.fixture
def later(store):
    """Do something with the request after web has published its event."""
    threads = []

    def start(inbox, act):
        def run():
            until(lambda: inbox.events, bool)
            act()

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join()


def work(store):
    for stage in (Status.INGESTING, Status.FORECASTING):
        store.advance(REQUESTED, stage)
    answered(store, REQUESTED, "key", RESULT)


def test_the_answer_is_the_whole_document(url, inbox, store, later):
    later(inbox, lambda: work(store))
    answer = submit(url, id="request-1")
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=50"
    assert answer.headers["location"] == "/api/forecasts/request-1"
    assert answer.json()["result"] == json.loads(RESULT)
    assert answer.content == requests.get(url + answer.headers["location"], timeout=300).content


def test_a_failure_is_one_too(url, inbox, store, later):
    later(inbox, lambda: store.fail(REQUESTED, UnknownSymbolError("There is no AAPL.")))
    assert submit(url, id="request-1").json()["error"]["detail"] == "There is no AAPL."


def test_a_known_answer_comes_at_once(url, inbox, store):
    answered(store, REQUESTED, "key", RESULT)
    answer = submit(url)
    assert answer.status_code == 200
    assert answer.json()["id"] == "request-1"
    assert inbox.events == []


def test_a_request_that_takes_longer_is_accepted_and_goes_on(url, store):
    answer = submit(url, "respond-async, wait=1", id="request-1")
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "wait=1"
    assert answer.json()["status"] == "queued"
    work(store)
    assert requests.get(url + answer.headers["location"], timeout=300).json()["status"] == "done"


@pytest.mark.parametrize(
    "prefer", ["", "wait", "wait=soon", "wait=-1", "wait=0", "handling=strict"]
)
def test_other_preferences_wait_for_nothing(url, prefer):
    answer = submit(url, prefer)
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers


def test_nobody_waits_for_longer_than_gateways_do(url, monkeypatch):
    monkeypatch.setattr(prefer_wait, "LONGEST_WAIT_S", 1)
    assert submit(url, "wait=3600").headers["preference-applied"] == "wait=1"


def test_who_watches_too_much_waits_for_nothing(settings):
    with serving(replace(settings, streams_per_client=1)) as url:
        watched = submit(url, "")
        with requests.get(url + watched.json()["links"]["events"], stream=True, timeout=300):
            assert "preference-applied" not in submit(url, id="request-2").headers


def test_who_waits_counts_as_watching_but_not_as_work(settings, inbox, store, later):
    limits = {"streams_per_client": 1, "concurrency_limit": 1}
    with serving(replace(settings, **limits)) as url:

        def act():
            path = f"{url}/api/forecasts/request-1"
            until(lambda: requests.get(path, timeout=300).status_code, lambda s: s == 200)
            assert requests.get(f"{path}/events", timeout=300).status_code == 429
            work(store)

        later(inbox, act)
        assert submit(url, id="request-1").status_code == 200
        assert "preference-applied" in submit(url, "wait=1", id="request-2").headers


async def test_who_waits_does_not_delay_the_end_of_web(redis_settings):
    redis = connect(redis_settings)
    changes = Changes(redis)
    now_ms = int(time.time() * 1000)
    record = RequestRecord(REQUESTED, Status.QUEUED, now_ms, now_ms + 300_000)
    reading = Reading(partial(asyncio.sleep, 0, (record, None)), asyncio.sleep, bytes)
    with changes.watching("request-1") as watch:
        ended = prefer_wait.ended(changes, watch, (record, None), reading, 300)
        waiting = asyncio.create_task(ended)
        await asyncio.sleep(0)
        changes.end()
        assert await waiting is None
    await changes.aclose()
    await redis.aclose()
