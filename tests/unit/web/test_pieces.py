"""The parts of web that need no server."""

import base64
import csv
import io
import json
import re

import pytest

from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.signature import Signer
from functions.common.errors import InvalidFieldError, InvalidMessageError
from functions.common.messages import analyses
from functions.common.messages.events import ChartRequested, ForecastRequested, PricesIngested
from functions.common.messages.submissions import BatchSubmission, ForecastSubmission
from functions.common.problems import from_error
from functions.web.api import dead_letters as dead_letter
from functions.web.api import result_table as csv_table
from functions.web.api import submission
from functions.web.api.batches import BatchApi
from functions.web.api.metrics import Exposition
from functions.web.api.symbols import SymbolApi
from functions.web.app import Api, application
from functions.web.description import openapi
from functions.web.settings import Settings
from functions.web.symbols.search import SAMPLE, Directory

REQUESTED = ForecastRequested("request-1", "AAPL", 45)


def test_a_symbol_is_found_by_ticker_first_and_then_by_name():
    directory = Directory(SAMPLE)
    assert [one.symbol for one in directory.find("m")] == ["MSFT", "IBM"]
    assert [one.symbol for one in directory.find("business mach")] == ["IBM"]
    assert [one.symbol for one in directory.find("FACEBOOK, inc")] == ["FB"]
    assert directory.find("zzz") == []
    assert len(directory.find("")) == 5


def test_all_bad_fields_are_told_at_once():
    with pytest.raises(InvalidMessageError) as caught:
        submission.forecast(b'{"days": 0, "model": "oracle", "id": "x"}')
    listed = from_error(caught.value)["errors"]
    assert [error["field"] for error in listed] == ["symbol", "days", "model", "id"]
    assert all(isinstance(error, InvalidFieldError) for error in caught.value.errors)


def test_the_description_names_the_fields_that_are_known():
    for schema, known in (
        ("Submission", ForecastSubmission.__struct_fields__),
        ("BatchSubmission", BatchSubmission.__struct_fields__),
    ):
        described = openapi.SCHEMAS[schema]
        assert set(described["properties"]) == set(known)
        assert described["additionalProperties"] is False


def test_a_submission_without_an_id_gets_one():
    first, second = (submission.forecast(b'{"symbol": "aapl", "days": 1}') for _ in range(2))
    assert first.requested.symbol == "AAPL"
    assert first.requested.request_id != second.requested.request_id
    assert not first.has_own_id


def test_the_table_has_a_row_a_day():
    bounds = {name: [1.0, 2.0] for name in csv_table.BOUNDS}
    result = {
        "history": {"dates": ["2013-02-28", "2013-03-01"], "close": [1, 2], "fitted": [None, 3]},
        "forecast": {"dates": ["2013-03-04", "2013-03-05"], "mean": [4, 5], **bounds},
    }
    rows = list(csv.DictReader(io.StringIO(csv_table.table(result))))
    assert [row["kind"] for row in rows] == ["history", "history", "forecast", "forecast"]
    assert (rows[0]["fitted"], rows[1]["fitted"], rows[3]["mean"]) == ("", "3", "5")
    assert rows[3]["hi95"] == "2.0"


def test_no_cell_of_a_table_is_a_formula():
    asked = {"columns": ["date", "=HYPERLINK(1)"], "rows": [["2013-03-01", -1.5], ["@x", "+y"]]}
    rows = list(csv.reader(io.StringIO(csv_table.table({"table": asked}))))
    assert rows == [["date", "'=HYPERLINK(1)"], ["2013-03-01", "-1.5"], ["'@x", "'+y"]]


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20"]
)
def test_every_beginning_of_a_formula_is_made_inert(first):
    assert csv_table.inert(f"{first}1+1") == f"'{first}1+1"
    assert csv_table.inert(f"1{first}1") == f"1{first}1"


def dead(kind=ForecastRequested, data=None, **extensions):
    return Envelope(
        "1", "/s", kind.TYPE, REQUESTED.to_data() if data is None else data, extensions=extensions
    )


def test_a_dead_letter_fails_its_request_at_its_stage():
    problem = base64.b64encode(json.dumps({"detail": "days: must be less."}).encode()).decode()
    requested, error = dead_letter.failure_of(
        dead(knativeerrorcode="400", knativeerrordata=problem)
    )
    assert requested == REQUESTED
    assert error.detail == (
        "Stopped while fetching the prices: the function answered 400: days: must be less."
    )


def test_a_dead_letter_of_a_silent_function_says_so():
    _, error = dead_letter.failure_of(dead(knativeerrorcode="500"))
    assert error.detail.endswith("the function did not answer.")


def test_a_dead_letter_with_plain_text_is_quoted():
    _, error = dead_letter.failure_of(dead(knativeerrorcode="503", knativeerrordata="S3 is down!"))
    assert error.detail.endswith("answered 503: S3 is down!")


def test_a_dead_letter_with_bad_fields_still_fails_its_request():
    requested, _ = dead_letter.failure_of(
        dead(PricesIngested, data={"request_id": "request-1", "symbol": "AAPL", "days": 0})
    )
    assert (requested.request_id, requested.symbol, requested.days) == ("request-1", "AAPL", 0)


@pytest.mark.parametrize("letter", [dead(ChartRequested), dead(data=[]), dead(data={"days": 1})])
def test_a_dead_letter_about_no_request_is_left(letter):
    assert dead_letter.failure_of(letter) is None


def test_the_description_and_the_routes_agree(redis_settings):
    settings = Settings(redis_settings, "http://sink", ("sample",), 0, (), "INFO")
    batches = BatchApi(None, None, None, None, Signer(()))
    symbols = SymbolApi(settings, None, None, None, None, None)
    exposition = Exposition(None, lambda: 0, "")
    api = Api(settings, None, None, None, None, symbols, batches, exposition)
    app = application(api, settings)
    served = {route.path for route in app.routes if hasattr(route, "methods")}
    described = set(openapi.DOCUMENT["paths"])
    assert described <= served
    assert {path for path in served if path.startswith("/api/")} <= described


def test_every_reference_in_the_description_is_there():
    text = json.dumps(openapi.DOCUMENT)
    names = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert names == set(openapi.DOCUMENT["components"]["schemas"])


def test_the_parameters_of_analyses_are_described_with_their_defaults_and_limits():
    described = openapi.DOCUMENT["components"]["schemas"]["AnalysisSubmission"]["properties"]
    assert set(described) == {"id", "symbol", "kind"}.union(*map(analyses.takes, analyses.KINDS))
    for kind in analyses.KINDS:
        defaults, _ = analyses.parameters(kind, {})
        for name, value in defaults.items():
            assert described[name].get("default", value) == value
    for name in ("nshares", "changepoint_prior", "days", "training_years"):
        kind = next(one for one in analyses.KINDS if name in analyses.takes(one))
        least, most = described[name]["minimum"], described[name]["maximum"]
        for value, is_good in ((least, True), (most, True), (least / 2, False), (most * 2, False)):
            assert (analyses.parameters(kind, {name: value})[1] == []) is is_good


def test_of_many_foreign_parameters_the_first_are_named():
    body = json.dumps({"symbol": "AAPL", "kind": "history"} | {f"x{n}": n for n in range(5000)})
    with pytest.raises(InvalidMessageError) as caught:
        submission.analysis(body.encode())
    assert [error.field for error in caught.value.errors] == [f"x{n}" for n in range(10)]
