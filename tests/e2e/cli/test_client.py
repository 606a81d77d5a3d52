"""The client with a stack that is busy, away, or behind a proxy that breaks streams."""

import time

import pytest
from starlette.responses import JSONResponse, Response

from cli.clients.http_client import Client
from functions.common.errors import ConfigurationError, TemporaryError
from tests.e2e.proxy import failing


def test_what_else_answers_at_the_default_port_is_no_stockcast(stockcast):
    with failing(stockcast.url, lambda _: JSONResponse({"status": "ok"})) as other:
        assert not Client(other).is_there()
        with pytest.raises(ConfigurationError, match="is not Stockcast"):
            Client(other).check()
    assert Client(stockcast.url).is_there()


def test_a_request_that_failed_for_lack_of_time_may_be_tried_again(stockcast):
    late = {"status": "failed", "error": {"status": 504, "detail": "Not ready in time."}}

    def fail(request):
        return JSONResponse(late) if request.method == "GET" else None

    with (
        failing(stockcast.url, fail) as url,
        pytest.raises(TemporaryError, match="Not ready in time"),
    ):
        ask(url, [], Pauses())


class Pauses(list):
    """Records how long the client would wait, and does not wait."""

    def __call__(self, seconds):
        self.append(seconds)


def ask(url, told, pauses, **asked):
    body = {"symbol": "FB", "days": 12, **asked}
    return Client(url, pause=pauses).ask("forecasts", body, told.append)


def test_a_busy_stack_is_asked_again_when_it_says(stockcast):
    problem = {"detail": "Wait a little."}
    failures = [
        JSONResponse(problem, 429, {"retry-after": "7"}),
        JSONResponse(problem, 503, {"retry-after": "3"}),
    ]

    def fail(request):
        return failures.pop(0) if failures and request.method == "POST" else None

    pauses, told = Pauses(), []
    with failing(stockcast.url, fail) as url:
        answer = ask(url, told, pauses)
    assert pauses[:2] == [7.0, 3.0]
    assert told[-1] == "done"
    assert answer.result["symbol"] == "FB"


def test_a_stack_that_stays_busy_is_given_up_and_its_reason_told(stockcast):
    problem = {"detail": "Come back tomorrow."}
    with (
        failing(
            stockcast.url, lambda _: JSONResponse(problem, 429, {"retry-after": "86400"})
        ) as url,
        pytest.raises(TemporaryError, match="Come back tomorrow"),
    ):
        ask(url, [], Pauses())


def test_where_no_stream_comes_through_the_request_is_looked_at(stockcast):
    seen = []

    def fail(request):
        seen.append(request.url.path)
        return Response(status_code=502) if request.url.path.endswith("/events") else None

    told = []
    with failing(stockcast.url, fail) as url:
        answer = ask(url, told, time.sleep, days=13)
    assert told[-1] == "done"
    assert answer.result["days"] == 13
    assert [path for path in seen if not path.endswith("/events")][1:]


def test_a_stream_that_breaks_off_is_taken_up_again(stockcast):
    def fail(request):
        if request.url.path.endswith("/events"):
            cut = b'event: status\ndata: {"status":"queued"}\n\nevent: status\ndata: {"stat'
            return Response(cut, media_type="text/event-stream")
        return None

    told = []
    with failing(stockcast.url, fail) as url:
        answer = ask(url, told, time.sleep, days=14)
    assert told[-1] == "done"
    assert answer.result["days"] == 14


def test_a_lost_connection_says_where_the_request_goes_on(stockcast):
    state = {"accepted": False}

    def fail(request):
        if state["accepted"]:
            return JSONResponse({"detail": "Down."}, 503)
        state["accepted"] = request.method == "POST"
        return None

    with failing(stockcast.url, fail) as url, pytest.raises(TemporaryError) as raised:
        Client(url, patience_s=0.5).ask("forecasts", {"symbol": "FB", "days": 15}, lambda _: None)
    assert f"The request continues: {url}/api/forecasts/" in raised.value.detail
