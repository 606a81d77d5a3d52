"""The functions compute analyses from real prices in a real S3 and store them in a real Redis."""

import json

import flask
import numpy as np
import pytest

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.adapter import EventFunction
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.signature import Signer
from functions.common.cloudevents.wsgi import HttpRequest
from functions.common.messages import analyses as parameters_of
from functions.common.messages.events import ForecastCompleted, ForecastRequested, PricesIngested
from functions.common.requests.keys import latest_name
from functions.common.requests.record import Status
from functions.forecast.handlers.backtest import Backtesting

KINDS = parameters_of.KINDS
WEEKS = np.datetime64("2011-01-02") + 7 * np.arange(70)
EXPORT = "Week,apple\n" + "\n".join(f"{day},{at % 90}" for at, day in enumerate(WEEKS))


def requested(kind, request_id="request-1", symbol="AAPL", **asked):
    options = parameters_of.validated(kind, asked)
    return ForecastRequested(request_id, symbol, options=options, kind=kind)


@pytest.fixture
def functions(world):
    """ingest and forecast behind the adapter that receives a broker's events."""

    def function(name, handlers):
        return EventFunction(
            name,
            handlers,
            requests=world.requests,
            sink=None,
            failure_sink=None,
            signer=Signer(()),
            ready=lambda: None,
        )

    ingest = function("ingest", {ForecastRequested: world.ingestion().handle})
    forecast = function("forecast", {PricesIngested: world.forecasting().handle})

    def post(target, envelope):
        headers, body = envelope.to_binary()
        app = flask.Flask("test")
        with app.test_request_context("/", method="POST", headers=headers, data=body) as context:
            answer, status, headers = target(HttpRequest.of(context.request.environ))
        return status, cloudevent.parse(headers, answer) if status == 200 else None

    def run(asked, event_id):
        """The last status and the last event of a request from web."""
        sent = Envelope(event_id, "/test", ForecastRequested.TYPE, asked.to_data())
        status, event = post(ingest, sent)
        return post(forecast, event) if event else (status, None)

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered_through_both_functions(world, functions, kind):
    status, event = functions(requested(kind), "event-1")
    assert (status, event.type) == (200, ForecastCompleted.TYPE)
    assert "backtest" not in event.extensions
    record = world.requests.read("request-1")
    assert record.status is Status.DONE
    assert record.result_key == event.data["result_key"]
    result = json.loads(world.results.get(record.result_key))
    assert (result["symbol"], result["kind"]) == ("AAPL", kind)
    assert result["data"]["rows"] == 3270
    for member in ("message", "figures", "panels"):
        assert result[member]
    assert world.redis.exists(latest_name(record.requested))


def test_an_upload_goes_with_the_event_and_not_into_the_result_or_the_status(world, functions):
    status, event = functions(requested("changepoints", interest_csv=EXPORT), "event-1")
    assert status == 200
    result = world.results.get(event.data["result_key"])
    assert b"2011-01-02,0" not in result
    assert json.loads(result)["figures"]["interest_term"] == "apple"
    assert "interest_csv" not in world.requests.read("request-1").document()["parameters"]


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        (requested("buy_and_hold", start="2014-01-01"), "start", "2000-03-01 to 2013-03-01"),
        (requested("history", end="1999-01-01"), "end", "leaves no range of prices"),
        (requested("evaluate", start="2000-03-10"), "start", "at least 30 prices before it"),
        (requested("prior_validation", symbol="FB"), "start", "leaves no range of prices: FB"),
        (
            requested("changepoints", symbol="FB", interest_csv=EXPORT),
            "interest_csv",
            "overlaps the prices",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_prices_do_not_allow_fails_the_request_by_name_of_field(
    world, functions, asked, field, said
):
    assert functions(asked, "event-1") == (204, None)
    record = world.requests.read("request-1")
    assert record.status is Status.FAILED
    assert record.error["status"] == 422
    [named] = record.error["errors"]
    assert named["field"] == field
    assert said in named["message"]


def test_other_parameters_get_another_result(world):
    ingestion, forecasting = world.ingestion(), world.forecasting()
    one, two, again = (
        forecasting.forecast(ingestion.ingest(requested("buy_and_hold", name, nshares=shares)))
        for name, shares in (("request-1", 1), ("request-2", 2), ("request-3", 1.0))
    )
    assert one.result_key == again.result_key != two.result_key


def test_an_analysis_has_no_backtest_to_add(world):
    completed = world.forecasting().forecast(world.ingestion().ingest(requested("evaluate")))
    before = world.results.get(completed.result_key)
    Backtesting(world.prices, world.requests, world.results, world.claims).complete(completed)
    assert world.results.get(completed.result_key) == before


def test_a_batch_members_id_may_stand_for_an_analysis(world):
    asked = requested("history", "my-own-batch--0001")
    world.forecasting().forecast(world.ingestion().ingest(asked))
    assert world.requests.read("my-own-batch--0001").status is Status.DONE
