"""Each kind of analysis as a caller sees it: submit it, watch it, get it in each format."""

import csv
import io

import pytest

from functions.common.cloudevents.event import Envelope
from functions.common.messages import analyses
from functions.common.messages.events import ForecastRequested

WEEKS = [f"2012-{month:02}-{day:02}" for month in range(1, 13) for day in (1, 8, 15, 22)]
EXPORT = "Category: All categories\n\nWeek,apple: (United States)\n" + "\n".join(
    f"{day},{50 + at * 7 % 41}" for at, day in enumerate(WEEKS)
)
ASKED = {
    "history": {"columns": ["close", "volume"], "start": "2012-01-03"},
    "buy_and_hold": {"start": "2008-01-01", "nshares": 10},
    "components": {},
    "predict_future": {"days": 14},
    "evaluate": {"nshares": 100},
    "changepoints": {"interest_csv": EXPORT},
    "prior_analysis": {"priors": [0.01, 0.1]},
    "prior_validation": {},
}


@pytest.mark.parametrize("kind", analyses.KINDS)
def test_an_analysis_is_asked_for_watched_and_had(stockcast, request_id, kind):
    answer = stockcast.post("/api/analyses", symbol="AAPL", kind=kind, id=request_id, **ASKED[kind])
    assert answer.status_code == 202, answer.text
    links = answer.json()["links"]
    assert links["self"] == answer.headers["location"] == f"/api/analyses/{request_id}"
    told = stockcast.told(links["events"])
    order = ["queued", "ingesting", "forecasting", "done"]
    statuses = [one["status"] for one in told]
    assert statuses == order[order.index(statuses[0]) :]
    document = stockcast.get(links["self"]).json()
    assert document == told[-1]
    assert document["kind"] == kind

    result = document["result"]
    assert result["message"]
    assert result["figures"]
    assert result["data"]["last_date"] == "2013-03-01"
    for panel in result["panels"]:
        assert all(len(line["values"]) == len(panel["x"]) for line in panel["lines"])

    png = stockcast.chart(links["chart"])
    assert (png.status_code, png.headers["content-type"]) == (200, "image/png")
    assert int.from_bytes(png.content[16:20], "big") == 1000
    table = list(csv.reader(io.StringIO(stockcast.get(f"{links['self']}/result.csv").text)))
    assert table[0] == result["table"]["columns"]
    assert len(table) == 1 + len(result["table"]["rows"]) > 1


def result_of(stockcast, request_id, **body):
    stockcast.post("/api/analyses", id=request_id, **body)
    document = stockcast.ended(request_id)
    assert document["status"] == "done", document
    return document["result"]


def test_the_same_question_is_answered_at_once(stockcast, request_id):
    asked = {"symbol": "MSFT", "kind": "prior_validation", "priors": [0.03]}
    first = result_of(stockcast, request_id, **asked)
    again = stockcast.post("/api/analyses", **asked).json()
    assert again["status"] == "done"
    assert stockcast.get(again["links"]["self"]).json()["result"] == first


def test_an_event_to_the_broker_is_as_good_as_the_api(with_broker, request_id):
    data = {"request_id": request_id, "symbol": "GOOG", "kind": "predict_future"}
    event = Envelope(id=request_id, source="/e2e", type=ForecastRequested.TYPE, data=data)
    with_broker.tell(event)
    document = with_broker.ended(request_id)
    assert document["status"] == "done"
    assert document["parameters"]["days"] == 30


def test_a_history_of_prices_that_nobody_asked_for_yet_is_waited_for(stockcast):
    for symbol in ("AAPL", "FB", "GOOG", "IBM", "MSFT"):
        shown = stockcast.get(f"/api/symbols/{symbol}/history?start=2013-02-25").json()
        assert shown["dates"] == [f"2013-02-{day}" for day in (25, 26, 27, 28)] + ["2013-03-01"]
    assert stockcast.get("/api/symbols/ZZZZ/history").status_code == 404
