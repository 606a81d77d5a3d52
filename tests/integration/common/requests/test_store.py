"""Requests, claims and results in a real Redis."""

import contextlib
import threading
import time
from datetime import datetime

import pytest
import redis
from msgspec import structs

from functions.common.config import RedisSettings
from functions.common.errors import ConflictError, DeadlineError, TemporaryError, UnknownSymbolError
from functions.common.messages.events import ForecastRequested
from functions.common.redis_client import connect
from functions.common.requests import claims as claims_module
from functions.common.requests.claims import Claim, Claims, Outcome
from functions.common.requests.keys import (
    computing_name,
    event_name,
    history_name,
    latest_name,
    request_key,
    result_key,
    result_name,
)
from functions.common.requests.record import CHANGES, Source, Status
from functions.common.requests.results import ResultStore
from functions.common.requests.steps import Steps
from functions.common.requests.store import Requests
from functions.common.requests.turn import HandledBeforeError
from local.servers import free_port
from tests.support.aging import older
from tests.support.turns import answered

REQUESTED = ForecastRequested("request-1", "AAPL", 45)
EVENT, WORK = event_name("ingest", "/test", "1"), "stockcast:claim:{x}"


@pytest.fixture
def store(redis_client, redis_settings):
    return Requests(redis_client, redis_settings)


@pytest.fixture
def claims(redis_client):
    return Claims(Steps(redis_client, are_split=False))


@contextlib.contextmanager
def begun(store, stage, event=None):
    with store.turn(event) as turn:
        yield turn.begin(REQUESTED, stage)


def test_a_request_passes_its_stages_and_times_them(store, redis_client):
    for status in (Status.QUEUED, Status.INGESTING, Status.FORECASTING):
        assert store.advance(REQUESTED, status).stands_at is None
        older(redis_client, "request-1", 2)
    store.done(REQUESTED, "key")
    record = store.read("request-1")
    assert record.status is Status.DONE
    assert record.result_key == "key"
    stages = {"queued": 2000, "ingesting": 2000, "forecasting": 2000, "total": 6000}
    assert record.timings_ms() == pytest.approx(stages, abs=900)
    submitted = datetime.fromisoformat(record.document()["submitted_at"].replace("Z", "+00:00"))
    assert abs(submitted.timestamp() + 6 - time.time()) < 60


def test_a_status_never_goes_back(store):
    store.advance(REQUESTED, Status.FORECASTING)
    for status in (Status.QUEUED, Status.INGESTING, Status.FORECASTING):
        assert store.advance(REQUESTED, status).stands_at is Status.FORECASTING
    assert store.read("request-1").status is Status.FORECASTING


def test_done_and_failed_are_final(store):
    store.done(REQUESTED, "key")
    assert store.fail(REQUESTED, UnknownSymbolError("too late")).stands_at is Status.DONE
    assert store.read("request-1").error is None


def test_who_begins_to_work_on_a_request_is_told_how_long_it_has(store, redis_client):
    with begun(store, Status.INGESTING) as first:
        assert first.time_left_s == pytest.approx(600, abs=1)
    older(redis_client, "request-1", 100)
    for stage in (Status.INGESTING, Status.FORECASTING):  # the first event arrived twice
        with begun(store, stage) as again:
            assert again.time_left_s == pytest.approx(500, abs=30)


def test_nobody_begins_to_work_on_a_request_that_has_ended(store, redis_client):
    store.fail(REQUESTED, UnknownSymbolError("no"))
    older(redis_client, "request-1", 1200)
    with begun(store, Status.INGESTING) as nothing:
        assert nothing is None
    assert store.read("request-1").status is Status.FAILED


@pytest.mark.parametrize("stage", [Status.INGESTING, Status.FORECASTING])
def test_nobody_begins_to_work_on_a_request_whose_time_is_over(store, redis_client, stage):
    store.advance(REQUESTED, Status.INGESTING)
    older(redis_client, "request-1", 601)
    with pytest.raises(DeadlineError, match="still ingesting"), begun(store, stage):
        pytest.fail("it was begun")
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
        assert listening.get_message(timeout=300)["type"] == "subscribe"
        store.advance(REQUESTED, Status.QUEUED)
        store.advance(REQUESTED, Status.INGESTING)
        store.advance(REQUESTED, Status.INGESTING)
        store.done(REQUESTED, "key")
        heard = [listening.get_message(timeout=300)["data"].split() for _ in range(2)]
        assert [[one[1], *one[3:]] for one in heard] == [[b"ingesting"], [b"done", b"key"]]
        assert {one[0] for one in heard} == {b"request-1"}
        assert [int(one[2]) for one in heard] == [
            store.read("request-1").at_ms[status] for status in (Status.INGESTING, Status.DONE)
        ]
        assert listening.get_message(timeout=0.1) is None


def test_every_key_has_a_time_to_live(store, claims, redis_client, redis_settings):
    answered(store, REQUESTED, "key")
    ResultStore(redis_client, redis_settings).put_chart("key", b"png")
    with claims.claimed(WORK) as claim:
        claim.complete("value", 10)
    for key in redis_client.scan_iter():
        assert key.startswith(b"stockcast:")
        assert b"{" in key
        assert redis_client.pttl(key) > 0, key


def test_a_result_is_found_until_its_prices_are_stale(store, redis_client):
    answered(store, REQUESTED, "key", fresh_for_s=0.5)
    assert redis_client.get(latest_name(REQUESTED)) is None
    answered(store, REQUESTED, "key", fresh_for_s=100)
    pointer = f"{request_key('request-1')} key"
    assert redis_client.get(latest_name(REQUESTED)) == pointer.encode()
    assert 90_000 < redis_client.pttl(latest_name(REQUESTED)) <= 100_000


def test_a_turn_that_breaks_off_leaves_nothing_claimed_and_nothing_done(store, redis_client):
    event, key = event_name("forecast", "/test", "1"), "00key"
    with store.turn(event) as turn:
        assert turn.begin(REQUESTED, Status.FORECASTING, result_key=key).result is None
        turn.done(REQUESTED, key, b"{}", Source.COMPUTED)
    assert redis_client.exists(event, computing_name(key), result_name(key)) == 0
    assert store.read("request-1").status is Status.FORECASTING
    with store.turn(event) as turn:
        assert turn.begin(REQUESTED, Status.FORECASTING, result_key=key).result is None
        turn.done(REQUESTED, key, b"{}", Source.COMPUTED)
        turn.finish("reply")
    with pytest.raises(HandledBeforeError) as before, store.turn(event) as turn:
        turn.begin(REQUESTED, Status.FORECASTING)
    assert before.value.outcome == "reply"
    assert redis_client.exists(computing_name(key)) == 0


def test_a_history_that_is_lost_during_a_turn_is_stored_by_the_next_one(store, redis_client):
    asked = [structs.replace(REQUESTED, request_id=f"apart-{days}", days=days) for days in (30, 45)]
    first, second = (result_key(one, "etag", "1") for one in asked)
    result = b'{"days":30,"history":{"close":[1.5]}}'
    answered(store, asked[0], first, result)
    with store.turn(None) as turn:
        assert turn.begin(asked[1], Status.FORECASTING, result_key=second).result is None
        turn.done(asked[1], second, result, Source.COMPUTED)
        redis_client.delete(history_name(second), computing_name(second))
        with pytest.raises(TemporaryError, match="lost the stock's history"):
            turn.finish(None)
    assert store.read("apart-45").status is Status.FORECASTING
    with store.turn(None) as turn:
        assert turn.begin(asked[1], Status.FORECASTING, result_key=second).result is None
        turn.done(asked[1], second, result, Source.COMPUTED)
        turn.finish(None)
    assert redis_client.exists(history_name(first), result_name(second)) == 2


def reads(redis_client):
    return redis_client.info("stats")["total_reads_processed"]


def test_a_turn_is_two_round_trips(store, redis_client):
    store.advance(REQUESTED, Status.QUEUED)
    before = reads(redis_client)
    with store.turn(event_name("forecast", "/test", "1")) as turn:
        turn.begin(REQUESTED, Status.FORECASTING, result_key="00key")
        turn.done(REQUESTED, "00key", b"{}", Source.COMPUTED)
        turn.finish(None)
    assert reads(redis_client) - before == 2 + 1  # and the age of the request


def test_a_reply_that_is_known_at_once_is_one_round_trip_and_kept_for_duplicates(
    store, redis_client
):
    store.advance(REQUESTED, Status.QUEUED)
    before = reads(redis_client)
    with store.turn(EVENT) as turn:
        assert turn.pass_on(REQUESTED, Status.INGESTING, "reply")
        assert turn.finish("reply") == "reply"
    assert reads(redis_client) - before == 1 + 1  # and this look
    assert store.read("request-1").status is Status.INGESTING
    with pytest.raises(HandledBeforeError) as handled, store.turn(EVENT) as turn:
        turn.pass_on(REQUESTED, Status.INGESTING, "another reply")
    assert handled.value.outcome == "reply"


def test_a_request_that_has_ended_is_not_passed_on(store):
    store.done(REQUESTED, "key")
    with store.turn(EVENT) as turn:
        assert not turn.pass_on(REQUESTED, Status.INGESTING, "reply")
        assert turn.finish(None) is None
    with pytest.raises(HandledBeforeError) as handled, store.turn(EVENT) as turn:
        turn.pass_on(REQUESTED, Status.INGESTING, "reply")
    assert handled.value.outcome is None


def test_a_request_whose_deadline_has_passed_is_not_passed_on(store, redis_client):
    store.advance(REQUESTED, Status.QUEUED)
    older(redis_client, "request-1", 10_000)
    with pytest.raises(DeadlineError), store.turn(EVENT) as turn:
        turn.pass_on(REQUESTED, Status.INGESTING, "reply")


def test_an_event_about_the_request_of_someone_else_is_not_passed_on(store, redis_client):
    store.advance(REQUESTED, Status.QUEUED)
    other = ForecastRequested("request-1", "AAPL", 46)
    with pytest.raises(ConflictError), store.turn(EVENT) as turn:
        turn.pass_on(other, Status.INGESTING, "reply")
    assert not redis_client.exists(EVENT)


def test_an_event_in_the_hands_of_another_worker_is_not_passed_on(redis_client, redis_settings):
    store = Requests(redis_client, redis_settings, patience_s=0.1)
    with store.turn(EVENT) as first:
        assert first.begin(REQUESTED, Status.INGESTING)
        with pytest.raises(TemporaryError), store.turn(EVENT) as second:
            second.pass_on(REQUESTED, Status.INGESTING, "reply")


def test_equal_questions_about_equal_prices_have_one_result_key():
    other_caller = ForecastRequested("request-2", "AAPL", 45)
    assert result_key(REQUESTED, "e", "1") == result_key(other_caller, "e", "1")
    assert result_key(REQUESTED, "e", "1") != result_key(REQUESTED, "f", "1")
    assert result_key(REQUESTED, "e", "1") != result_key(REQUESTED, "e", "2")


def test_completed_work_is_handed_to_later_callers(claims):
    with claims.claimed(WORK) as claim:
        assert isinstance(claim, Claim)
        claim.complete({"a": 1}, 10)
    with claims.claimed(WORK) as outcome:
        assert outcome == Outcome({"a": 1})


def test_work_that_failed_is_free_again_at_once(claims):
    with pytest.raises(ZeroDivisionError), claims.claimed(WORK):
        raise ZeroDivisionError
    with claims.claimed(WORK) as claim:
        assert isinstance(claim, Claim)


def test_a_waiting_caller_gets_the_outcome(claims):
    seen = []

    def wait():
        with claims.claimed(WORK) as outcome:
            seen.append(outcome)

    with claims.claimed(WORK) as claim:
        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.1)
        claim.complete(7, 10)
    waiting.join()
    assert seen == [Outcome(7)]


def test_a_long_piece_of_work_keeps_its_claim(redis_client, monkeypatch):
    monkeypatch.setattr(claims_module, "LEASE_S", 0.4)
    monkeypatch.setattr(claims_module, "RENEW_EVERY_S", 0.1)
    claims = Claims(Steps(redis_client, are_split=False), patience_s=1.0)
    with (
        claims.claimed(WORK),
        pytest.raises(TemporaryError, match="still doing the same work"),
        claims.claimed(WORK),
    ):
        pytest.fail("claimed twice")


def test_the_work_of_a_process_that_died_is_free_after_its_lease(claims, redis_client):
    redis_client.set(WORK, b"?dead", px=150)
    with claims.claimed(WORK) as claim:
        assert isinstance(claim, Claim)


def test_a_redis_that_is_down_is_temporary():
    settings = RedisSettings(f"redis://127.0.0.1:{free_port()}/0", False, 10, 10)
    store = Requests(connect(settings), settings)
    with pytest.raises(TemporaryError, match="Redis does not answer"):
        store.read("request-1")


def test_a_wrong_password_is_named(redis_client, redis_settings):
    wrong = redis_settings.url.replace("//", "//user:wrong@")
    store = Requests(redis.Redis.from_url(wrong), redis_settings)
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
    assert redis_client.hget(key, "body") == body  # the format of older versions
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
