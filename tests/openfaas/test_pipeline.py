"""The whole of Stockcast on OpenFaaS's Community Edition: no replies, no retries, one at a time."""

import requests

from functions.common.cloudevents.event import Envelope
from tests.openfaas.conftest import TOKEN
from tests.support.events import send
from tests.support.replay import Fault
from tests.support.waiting import has_ended, until

CRON = {"X-Topic": "cron-function", "X-Connector": "cron-connector"}


def test_a_forecast_is_asked_for_watched_and_had(openfaas, request_id):
    answer = openfaas.submit(symbol="AAPL", days=45, id=request_id)
    assert answer.status_code == 202
    links = answer.json()["links"]
    told = openfaas.told(links["events"], headers={"accept": "text/event-stream"})
    assert told[-1]["status"] == "done"
    assert told[-1]["result"]["target_date"] == "2013-04-15"
    png = openfaas.chart(links["chart"])
    assert png.content.startswith(b"\x89PNG")
    assert "2013-04-15" in openfaas.get(f"{links['self']}/result.csv").text


def test_prophets_backtest_is_added_afterwards(openfaas, request_id):
    openfaas.submit(symbol="MSFT", days=21, id=request_id, model="prophet")
    assert openfaas.ended(request_id)["status"] == "done"
    assert openfaas.backtest(request_id)["status"] == "complete"


def test_an_analysis_is_asked_for_and_had(openfaas, request_id):
    asked = {"symbol": "IBM", "kind": "buy_and_hold", "start": "2012-01-03", "nshares": 10}
    answer = openfaas.post("/api/analyses", **asked, id=request_id)
    assert answer.status_code == 202
    path = answer.headers["location"]
    document = until(lambda: openfaas.get(path).json(), has_ended)
    assert document["status"] == "done"


def test_a_batch_is_asked_for_and_had(openfaas):
    answer = openfaas.post("/api/batches", symbols=["AAPL", "IBM", "GOOG"], days=7)
    assert answer.status_code == 202
    document = until(lambda: openfaas.get(answer.headers["location"]).json(), has_ended)
    assert document["counts"]["done"] == 3


def test_a_request_that_cannot_be_answered_fails_with_the_reason(openfaas, request_id):
    assert openfaas.requested(request_id, "NOSUCH").status_code == 202
    until(lambda: openfaas.get(f"/api/forecasts/{request_id}").status_code == 200)
    error = openfaas.ended(request_id)["error"]
    assert error["status"] == 404
    assert "NOSUCH" in error["detail"]


def test_what_fails_for_a_moment_is_tried_again_by_the_function(openfaas, provider, request_id):
    provider.faults = [Fault("instead", status=500, body="oops")] * 4
    openfaas.submit(symbol="SHAKY", days=30, id=request_id)
    assert openfaas.ended(request_id)["status"] == "done"
    assert 503 not in openfaas.answered("ingest")


def test_what_fails_for_long_ends_the_request_with_the_reason(openfaas, provider, request_id):
    provider.faults = [Fault("instead", status=500, body="oops")] * 100
    openfaas.submit(symbol="GONE", days=30, id=request_id)
    error = openfaas.ended(request_id)["error"]
    provider.faults = []
    assert "Given up" in error["detail"]
    assert "oops" in error["detail"]
    until(lambda: 503 in openfaas.answered("ingest"))


def test_the_cron_has_the_watch_list_fetched(openfaas, provider):
    provider.calls.clear()
    answer = requests.post(f"{openfaas.gateway.url}/function/ingest", headers=CRON, timeout=300)
    assert answer.status_code == 204
    fetched = " ".join(path for path, _ in provider.calls)
    assert "ACME" in fetched
    assert "OTHER" in fetched


def test_an_event_that_is_not_signed_is_refused(openfaas, request_id):
    data = {"request_id": request_id, "symbol": "AAPL", "days": 30}
    event = Envelope(request_id, "/test", "dev.stockcast.forecast.requested.v1", data)
    answer = send(f"{openfaas.gateway.url}/function/ingest", event)
    assert answer.status_code == 401
    assert TOKEN not in answer.text


def test_an_event_with_bad_data_fails_its_request_since_nothing_dead_letters(openfaas, request_id):
    data = {"request_id": request_id, "symbol": "AAPL", "days": "soon"}
    openfaas.send(Envelope(request_id, "/test", "dev.stockcast.forecast.requested.v1", data))
    until(lambda: openfaas.get(f"/api/forecasts/{request_id}").status_code == 200)
    document = openfaas.ended(request_id)
    assert document["status"] == "failed"
    assert "days" in document["error"]["detail"]
    assert "soon" in document["error"]["detail"]


def test_no_function_was_sent_what_it_does_not_take(openfaas):
    of_bad_data = 1
    assert [status for *_, status in openfaas.gateway.answers].count(400) <= of_bad_data
