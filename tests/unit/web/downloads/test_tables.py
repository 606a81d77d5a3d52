"""The parts of web that need no server."""

import base64
import csv
import io
import json
import re
import uuid

import pytest

from functions.common.cloudevents.event import Envelope
from functions.common.errors import InvalidFieldError, InvalidMessageError
from functions.common.messages import analyses, fields
from functions.common.messages.events import ChartRequested, ForecastRequested, PricesIngested
from functions.common.problems import from_error
from functions.web.api import dead_letters, submission
from functions.web.downloads import result_table as csv_table
from tests.support.description import DOCUMENT, ROUTES

REQUESTED = ForecastRequested("request-1", "AAPL", 45)


def test_all_bad_fields_are_told_at_once():
    with pytest.raises(InvalidMessageError) as caught:
        submission.forecast(b'{"days": 0, "model": "oracle", "id": "x"}')
    listed = from_error(caught.value)["errors"]
    assert [error["field"] for error in listed] == ["symbol", "days", "model", "id"]
    assert all(isinstance(error, InvalidFieldError) for error in caught.value.errors)


def test_a_submission_without_an_id_gets_one_that_cannot_be_guessed():
    given = [submission.forecast(b'{"symbol": "aapl", "days": 1}') for _ in range(39)]
    assert {(one.requested.symbol, one.has_own_id) for one in given} == {("AAPL", False)}
    made = {one.requested.request_id for one in given}
    assert len(made) == 39
    assert {uuid.UUID(one).version for one in made} == {4}
    for place in range(8):  # from the first group, so it is neither a counter nor a time
        assert len({one[place] for one in made}) > 5


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
    assert csv_table.without_formula(f"{first}1+1") == f"'{first}1+1"
    assert csv_table.without_formula(f"1{first}1") == f"1{first}1"


def dead(kind=ForecastRequested, data=None, **extensions):
    return Envelope(
        "1", "/s", kind.TYPE, REQUESTED.to_data() if data is None else data, extensions=extensions
    )


def test_a_dead_letter_fails_its_request_at_its_stage():
    problem = base64.b64encode(json.dumps({"detail": "days: must be less."}).encode()).decode()
    requested, error = dead_letters.failure_of(
        dead(knativeerrorcode="400", knativeerrordata=problem)
    )
    assert requested == REQUESTED
    assert error.detail == (
        "Stopped while fetching the prices: the function answered 400: days: must be less."
    )


def test_a_dead_letter_of_a_silent_function_says_so():
    _, error = dead_letters.failure_of(dead(knativeerrorcode="500"))
    assert error.detail.endswith("the function did not answer.")


def test_a_dead_letter_with_plain_text_is_quoted():
    _, error = dead_letters.failure_of(dead(knativeerrorcode="503", knativeerrordata="S3 is down!"))
    assert error.detail.endswith("answered 503: S3 is down!")


def test_a_dead_letter_with_bad_fields_still_fails_its_request():
    requested, _ = dead_letters.failure_of(
        dead(PricesIngested, data={"request_id": "request-1", "symbol": "AAPL", "days": 0})
    )
    assert (requested.request_id, requested.symbol, requested.days) == ("request-1", "AAPL", 0)


@pytest.mark.parametrize("letter", [dead(ChartRequested), dead(data=[]), dead(data={"days": 1})])
def test_a_dead_letter_about_no_request_is_left(letter):
    assert dead_letters.failure_of(letter) is None


def test_every_route_of_the_api_is_described():
    served = {route.path for route in ROUTES if route.path.startswith("/api/")}
    assert served == {path for path in DOCUMENT["paths"] if path.startswith("/api/")}


def test_each_parameter_says_what_it_is():
    chart = DOCUMENT["paths"]["/api/forecasts/{id}/chart.png"]["get"]["parameters"]
    assert {one["name"]: one["description"] for one in chart} == {
        "id": "The ID of the request or batch.",
        "theme": "dark or light. The default is light.",
        "scale": "1 or 2. The default is 1.",
    }
    operations = [one for path in DOCUMENT["paths"].values() for one in path.values()]
    parameters = [one for each in operations for one in each.get("parameters", ())]
    assert all(len(one["description"]) > len("1 or 2.") for one in parameters)


def test_every_reference_in_the_description_is_there():
    names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(DOCUMENT)))
    assert names == set(DOCUMENT["components"]["schemas"])


def test_a_submission_is_described_by_the_class_that_reads_it():
    described = DOCUMENT["components"]["schemas"]["ForecastSubmission"]
    assert described["additionalProperties"] is False
    assert described["required"] == ["symbol", "days"]
    assert described["properties"]["days"]["maximum"] == fields.MAX_DAYS
    assert described["properties"]["model"]["default"] == fields.DEFAULT_MODEL
    assert re.search(described["properties"]["symbol"]["pattern"], "^gspc")


def test_each_kind_of_analysis_is_described_with_its_parameters():
    body = DOCUMENT["paths"]["/api/analyses"]["post"]["requestBody"]["content"]
    references = body["application/json"]["schema"]["oneOf"]
    found = [reference["$ref"].rpartition("/")[2] for reference in references]
    kinds = [DOCUMENT["components"]["schemas"][name]["properties"] for name in found]
    assert [kind["kind"]["enum"] for kind in kinds] == [[kind] for kind in analyses.KINDS]
    assert all(set(analyses.parameter_names(kind["kind"]["enum"][0])) < set(kind) for kind in kinds)


def test_of_many_foreign_parameters_the_first_are_named():
    body = json.dumps({"symbol": "AAPL", "kind": "history"} | {f"x{n}": n for n in range(5000)})
    with pytest.raises(InvalidMessageError) as caught:
        submission.analysis(body.encode())
    assert [error.field for error in caught.value.errors] == [f"x{n}" for n in range(10)]
