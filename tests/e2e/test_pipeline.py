"""The main job as a caller sees it: ask, watch, and get a forecast from real prices."""

import csv
import io

import pytest
import requests

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import ForecastRequested, PricesIngested
from tests.support.events import STORED, send


def requested(request_id, **changes):
    data = {"request_id": request_id, "symbol": "MSFT", "days": 30} | changes
    return Envelope(id=request_id, source="/e2e", type=ForecastRequested.TYPE, data=data)


def test_a_forecast_is_asked_for_watched_and_had(stockcast, request_id):
    answer = stockcast.submit(symbol="AAPL", days=45, id=request_id)
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/forecasts/{request_id}"
    links = answer.json()["links"]
    told = stockcast.told(links["events"])
    statuses = [one["status"] for one in told]
    order = ["queued", "ingesting", "forecasting", "done"]
    assert statuses == order[order.index(statuses[0]) :]
    document = stockcast.ended(request_id)
    assert document == told[-1]
    result = document["result"]
    assert result["last_date"] == "2013-03-01"
    assert result["target_date"] == "2013-04-15"
    assert result["message"].startswith("AAPL could be between $")
    for field in ("last_price", "predicted_price", "intervals", "history", "forecast"):
        assert result[field]
    for field in ("origins", "mase", "mase_random_walk", "coverage80", "verdict"):
        assert result["backtest"][field] is not None
    for field in ("provider", "first_date", "rows", "s3_key", "etag", "fetched_at"):
        assert result["data"][field]
    assert document["timings_ms"]["total"] >= 0

    png = stockcast.chart(links["chart"])
    assert png.headers["content-type"] == "image/png"
    assert png.content.startswith(b"\x89PNG")
    table = stockcast.get(f"{links['self']}/result.csv").text
    assert list(csv.DictReader(io.StringIO(table)))[-1]["date"] == "2013-04-15"


@pytest.mark.parametrize("symbol", ["AAPL", "FB", "GOOG", "IBM", "MSFT"])
def test_every_symbol_of_the_sample_has_a_forecast(stockcast, request_id, symbol):
    stockcast.submit(symbol=symbol, days=21, id=request_id, model="prophet")
    document = stockcast.ended(request_id)
    assert document["status"] == "done", document
    assert document["result"]["data"]["symbol"] == symbol
    assert stockcast.backtest(request_id)["status"] == "complete"


def test_an_unknown_ticker_is_refused_at_once_with_the_list_of_known_ones(stockcast):
    answer = stockcast.submit(symbol="ZZZZ", days=45)
    assert answer.status_code == 404
    for name in ("ZZZZ", "AAPL", "FB", "GOOG", "IBM", "MSFT"):
        assert name in answer.json()["detail"]


@pytest.mark.parametrize("mode", ["to_binary", "to_structured"])
def test_an_event_to_the_broker_is_as_good_as_the_api(with_broker, request_id, mode):
    assert with_broker.tell(requested(request_id), mode).status_code == 202
    assert with_broker.ended(request_id)["status"] == "done"


def test_ingest_answers_an_event_with_the_next_one(own_stockcast, request_id):
    answer = send(own_stockcast.ingest_url, requested(request_id))
    reply = cloudevent.parse(answer.headers, answer.content)
    assert (answer.status_code, reply.type) == (200, PricesIngested.TYPE)
    assert reply.data["key"] == "prices/sample/MSFT.csv"


def test_duplicated_events_change_nothing_in_a_finished_request(own_stockcast, request_id):
    event = requested(request_id)
    own_stockcast.tell(event)
    own_stockcast.tell(event)
    reply = send(own_stockcast.ingest_url, event)
    before = own_stockcast.ended(request_id)
    for _ in range(3):
        own_stockcast.tell(event)
        requests.post(
            own_stockcast.broker_url, data=reply.content, headers=dict(reply.headers), timeout=300
        )
    other = requested(request_id + "-b", symbol="IBM")
    own_stockcast.tell(other)
    own_stockcast.ended(request_id + "-b")
    assert own_stockcast.ended(request_id) == before


def test_an_event_with_bad_data_ends_its_request_with_the_reason(with_broker, request_id):
    with_broker.tell(requested(request_id, days=0))
    error = with_broker.ended(request_id)["error"]
    assert "days" in error["detail"]
    assert "not 0" in error["detail"]


def test_prices_that_are_not_there_end_the_request_with_their_name(own_stockcast, request_id):
    send(own_stockcast.ingest_url, requested(request_id))
    stored = STORED | {"key": "prices/sample/NONE.csv"}
    data = requested(request_id).data | {"model": "calibrated", "options": {}} | stored
    event = Envelope(id=f"{request_id}-p", source="/e2e", type=PricesIngested.TYPE, data=data)
    own_stockcast.tell(event)
    error = own_stockcast.ended(request_id)["error"]
    assert "prices/sample/NONE.csv" in error["detail"]


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/healthz", "/readyz"])
def test_the_other_routes_answer(stockcast, path):
    assert stockcast.get(path).status_code == 200


def test_what_is_counted_is_there_for_direct_callers(own_stockcast, request_id):
    own_stockcast.submit(symbol="IBM", days=66, id=request_id)
    assert own_stockcast.ended(request_id)["status"] == "done"
    text = own_stockcast.get("/metrics").text
    done = 'stockcast_requests_done_total{kind="forecast",model="calibrated",source="computed"}'
    assert done in text
    behind_ingress = {"x-forwarded-for": "203.0.113.7"}
    assert own_stockcast.get("/metrics", headers=behind_ingress).status_code == 404
