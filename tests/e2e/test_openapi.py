"""Schemathesis tests the whole stack: answers match the description, and none is a 5xx."""

from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import ForecastRequested, wrong_options
from tests.support.description import DOCUMENT

load_all_checks()
described = schemathesis.openapi.from_dict(DOCUMENT)
BOUNDED = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
EXCLUDED = {
    # A warm-up is best effort, so web answers 202 to any body.
    "/api/warmup": [negative_data_rejection],
    # The valid values of a field depend on other fields. A schema cannot say that.
    "/api/analyses": [positive_data_acceptance],
    "/api/symbols/{symbol}/history": [positive_data_acceptance],
    # Few texts are price files.
    "/api/prices": [positive_data_acceptance, negative_data_rejection],
}
ON_ENDED = (
    *("/api/forecasts/{id}", "/api/forecasts/{id}/events"),
    *("/api/forecasts/{id}/chart.png", "/api/forecasts/{id}/result.csv"),
)
ON_BATCH = (
    *("/api/batches/{id}", "/api/batches/{id}/events"),
    *("/api/batches/{id}/results.csv", "/api/batches/{id}/ranking"),
)


@described.parametrize()
@BOUNDED
def test_every_answer_is_as_described(stockcast, case):
    # The framework's router refuses a path with a line break and answers by itself.
    assume("%0A" not in quote("".join(map(str, (case.path_parameters or {}).values())), safe="%"))
    # A schema cannot limit the length of an object's text or the size of its numbers.
    options = case.body.get("options") if isinstance(case.body, dict) else None
    assume(not isinstance(options, dict) or not wrong_options({"options": options}))
    excluded = EXCLUDED.get(case.operation.path, [])
    case.call_and_validate(base_url=stockcast.url, excluded_checks=excluded, timeout=300)


def test_the_description_is_served(stockcast):
    assert stockcast.get("/openapi.json").json() == DOCUMENT


def status_of(stockcast, path, request_id):
    """The status of the answer, which is as described."""
    case = described[path]["GET"].Case(path_parameters={"id": request_id})
    return case.call_and_validate(base_url=stockcast.url, timeout=300).status_code


@pytest.mark.parametrize("path", ON_ENDED)
def test_a_request_that_is_done_is_as_described(stockcast, path):
    stockcast.submit(symbol="AAPL", days=45, id="described-done")
    assert stockcast.ended("described-done")["status"] == "done"
    assert status_of(stockcast, path, "described-done") == 200


@pytest.mark.parametrize("path", ON_ENDED)
def test_a_request_that_failed_is_as_described(with_broker, path):
    asked = {"request_id": "described-failed", "symbol": "ZZZZ", "days": 30}
    with_broker.tell(Envelope("1", "/e2e", ForecastRequested.TYPE, asked))
    assert with_broker.ended("described-failed")["status"] == "failed"
    assert status_of(with_broker, path, "described-failed") in {200, 409}


@pytest.mark.parametrize("path", ON_BATCH)
def test_a_batch_is_as_described(stockcast, path):
    stockcast.post("/api/batches", symbols=["AAPL", "MSFT"], days=30, id="described-1")
    assert status_of(stockcast, path, "described-1") == 200
