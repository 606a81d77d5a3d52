"""Requests, claims and results in a real Redis."""

import json
import threading
import time
from datetime import datetime, timezone

import pytest
import redis
from msgspec import structs

from functions.common.config import RedisSettings
from functions.common.errors import ConflictError, DeadlineError, TemporaryError, UnknownSymbolError
from functions.common.messages.events import ForecastRequested
from functions.common.redis_client import connect
from functions.common.requests import claims as claims_module
from functions.common.requests.claims import Claim, Claims, Outcome
from functions.common.requests.record import CHANGES, Status, request_key
from functions.common.requests.results import ResultStore, latest_name, result_key
from functions.common.requests.store import RequestStore
from local.servers import free_port

REQUESTED = ForecastRequested("request-1", "AAPL", 45)


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(redis_client, redis_settings, clock):
    return RequestStore(redis_client, redis_settings, clock)


def test_a_request_passes_its_stages_and_times_them(store, clock):
    for status in (Status.QUEUED, Status.INGESTING, Status.FORECASTING):
        assert store.advance(REQUESTED, status).stands_at is None
        clock.now += 2
    store.done(REQUESTED, "key")
    record = store.read("request-1")
    assert record.status is Status.DONE
    assert record.result_key == "key"
    assert record.timings_ms() == {
        "queued": 2000,
        "ingesting": 2000,
        "forecasting": 2000,
        "total": 6000,
    }
    assert record.document()["submitted_at"] == "2023-11-14T22:13:20.000Z"


def test_a_status_never_goes_back(store):
    store.advance(REQUESTED, Status.FORECASTING)
    for status in (Status.QUEUED, Status.INGESTING, Status.FORECASTING):
        assert store.advance(REQUESTED, status).stands_at is Status.FORECASTING
    assert store.read("request-1").status is Status.FORECASTING


def test_done_and_failed_are_final(store):
    store.done(REQUESTED, "key")
    assert store.fail(REQUESTED, UnknownSymbolError("too late")).stands_at is Status.DONE
    assert store.read("request-1").error is None


def test_who_begins_to_work_on_a_request_is_told_its_deadline(store, clock, redis_settings):
    due = datetime.fromtimestamp(clock.now + redis_settings.request_deadline_s, timezone.utc)
    assert store.begin(REQUESTED, Status.INGESTING) == due
    clock.now += 1
    assert store.begin(REQUESTED, Status.INGESTING) == due  # the event was delivered twice
    assert store.begin(REQUESTED, Status.FORECASTING) == due


def test_nobody_begins_to_work_on_a_request_that_has_ended(store, clock, redis_settings):
    store.fail(REQUESTED, UnknownSymbolError("no"))
    clock.now += 2 * redis_settings.request_deadline_s
    assert store.begin(REQUESTED, Status.INGESTING) is None
    assert store.read("request-1").status is Status.FAILED


@pytest.mark.parametrize("stage", [Status.INGESTING, Status.FORECASTING])
def test_nobody_begins_to_work_on_a_request_whose_time_is_over(store, clock, redis_settings, stage):
    store.advance(REQUESTED, Status.INGESTING)
    clock.now += redis_settings.request_deadline_s + 1
    with pytest.raises(DeadlineError, match="still ingesting"):
        store.begin(REQUESTED, stage)
    assert store.read("request-1").status is Status.INGESTING
    assert store.fail(REQUESTED, DeadlineError("ingesting")).stands_at is None


def test_an_id_stands_for_one_request(store):
    store.advance(REQUESTED, Status.QUEUED)
    with pytest.raises(ConflictError, match="'request-1'"):
        store.advance(ForecastRequested("request-1", "AAPL", 46), Status.INGESTING)


def test_an_event_without_a_record_makes_one(store):
    store.advance(REQUESTED, Status.INGESTING)
    record = store.read("request-1")
    assert set(record.at_ms) == {Status.QUEUED, Status.INGESTING}


def test_every_change_is_published(store, redis_client):
    with redis_client.pubsub() as listening:
        listening.subscribe(CHANGES)
        assert listening.get_message(timeout=5)["type"] == "subscribe"
        store.advance(REQUESTED, Status.QUEUED)
        store.advance(REQUESTED, Status.INGESTING)
        store.advance(REQUESTED, Status.INGESTING)
        heard = [listening.get_message(timeout=5)["data"] for _ in range(2)]
        assert heard == [b"request-1", b"request-1"]
        assert listening.get_message(timeout=0.1) is None


def test_every_key_has_a_time_to_live(store, redis_client, redis_settings):
    store.done(REQUESTED, "key")
    results = ResultStore(redis_client, redis_settings)
    results.put("key", b"{}")
    results.put_chart("key", b"png")
    results.remember_latest(REQUESTED, "key", fresh_for_s=100)
    with Claims(redis_client).claimed("stockcast:claim:{x}") as claim:
        claim.complete("value", 10)
    for key in redis_client.scan_iter():
        assert key.startswith(b"stockcast:")
        assert b"{" in key
        assert redis_client.pttl(key) > 0, key


def test_a_result_is_found_until_its_prices_are_stale(redis_client, redis_settings):
    results = ResultStore(redis_client, redis_settings)
    results.remember_latest(REQUESTED, "key", fresh_for_s=0.5)
    assert redis_client.get(latest_name(REQUESTED)) is None
    results.remember_latest(REQUESTED, "key", fresh_for_s=100)
    assert json.loads(redis_client.get(latest_name(REQUESTED)))["result_key"] == "key"
    assert 90_000 < redis_client.pttl(latest_name(REQUESTED)) <= 100_000


def test_equal_questions_about_equal_prices_have_one_result_key():
    other_caller = ForecastRequested("request-2", "AAPL", 45)
    assert result_key(REQUESTED, "e", "1") == result_key(other_caller, "e", "1")
    assert result_key(REQUESTED, "e", "1") != result_key(REQUESTED, "f", "1")
    assert result_key(REQUESTED, "e", "1") != result_key(REQUESTED, "e", "2")


def test_completed_work_is_handed_to_whoever_comes_later(redis_client):
    claims = Claims(redis_client)
    with claims.claimed("stockcast:claim:{x}") as claim:
        assert isinstance(claim, Claim)
        claim.complete({"a": 1}, 10)
    with claims.claimed("stockcast:claim:{x}") as outcome:
        assert outcome == Outcome({"a": 1})


def test_work_that_failed_is_free_again_at_once(redis_client):
    claims = Claims(redis_client)
    with pytest.raises(ZeroDivisionError), claims.claimed("stockcast:claim:{x}"):
        raise ZeroDivisionError
    with claims.claimed("stockcast:claim:{x}") as claim:
        assert isinstance(claim, Claim)


def test_whoever_waits_gets_the_outcome(redis_client):
    claims = Claims(redis_client)
    seen = []

    def wait():
        with claims.claimed("stockcast:claim:{x}") as outcome:
            seen.append(outcome)

    with claims.claimed("stockcast:claim:{x}") as claim:
        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.1)
        claim.complete(7, 10)
    waiting.join()
    assert seen == [Outcome(7)]


def test_a_long_piece_of_work_keeps_its_claim(redis_client, monkeypatch):
    monkeypatch.setattr(claims_module, "LEASE_S", 0.4)
    monkeypatch.setattr(claims_module, "RENEW_EVERY_S", 0.1)
    claims = Claims(redis_client, patience_s=1.0)
    with (
        claims.claimed("stockcast:claim:{x}"),
        pytest.raises(TemporaryError, match="under way"),
        claims.claimed("stockcast:claim:{x}"),
    ):
        pytest.fail("claimed twice")


def test_the_work_of_a_process_that_died_is_free_after_its_lease(redis_client):
    redis_client.set("stockcast:claim:{x}", b"?dead", px=150)
    with Claims(redis_client).claimed("stockcast:claim:{x}") as claim:
        assert isinstance(claim, Claim)


def test_a_redis_that_is_down_is_temporary():
    settings = RedisSettings(f"redis://127.0.0.1:{free_port()}/0", False, 10, 10)
    store = RequestStore(connect(settings), settings, time.time)
    with pytest.raises(TemporaryError, match="Redis does not answer"):
        store.read("request-1")


def test_a_wrong_password_is_named(redis_client, redis_settings):
    store = RequestStore(
        redis.Redis.from_url(redis_settings.url.replace("//", "//user:wrong@")),
        redis_settings,
        time.time,
    )
    with pytest.raises(TemporaryError, match="REDIS_URL"):
        store.read("request-1")


ANALYSIS = ForecastRequested(
    "request-2",
    "AAPL",
    options={"interest_csv": "x" * 999, "training_years": 3},
    kind="changepoints",
)


def test_an_analysis_is_kept_and_shown_with_its_kind_and_without_what_was_uploaded(store):
    store.advance(ANALYSIS, Status.INGESTING)
    record = store.read("request-2")
    assert record.requested == ANALYSIS
    shown = record.document()
    assert (shown["kind"], shown["parameters"]) == ("changepoints", {"training_years": 3})
    assert not {"days", "model", "options"} & set(shown)


def test_a_request_stored_before_there_were_kinds_is_read(store, redis_client):
    store.advance(REQUESTED, Status.INGESTING)
    key = request_key("request-1")
    body = b'{"days":45,"model":"calibrated","options":{},"symbol":"AAPL"}'
    assert redis_client.hget(key, "body") == body  # as it was written before
    assert store.read("request-1").requested == REQUESTED


@pytest.mark.parametrize("change", [{"kind": "components"}, {"options": {"training_years": 2}}])
def test_an_id_stands_for_one_analysis(store, change):
    store.advance(ANALYSIS, Status.QUEUED)
    with pytest.raises(ConflictError, match="another analysis"):
        store.advance(structs.replace(ANALYSIS, **change), Status.INGESTING)
    forecast = ForecastRequested("request-2", "AAPL", 45)
    with pytest.raises(ConflictError):
        store.advance(forecast, Status.INGESTING)


def test_results_of_different_analyses_have_different_keys():
    asked = [ANALYSIS, structs.replace(ANALYSIS, kind="components"), REQUESTED]
    asked.append(structs.replace(ANALYSIS, options={"training_years": 2}))
    assert len({result_key(one, "etag", "1") for one in asked}) == 4
    assert len({latest_name(one) for one in asked}) == 4
