"""Problems stay short, even if their cause is long."""

import json

import pytest

from functions.common import problems
from functions.common.errors import TemporaryError, cause


def test_a_long_detail_is_cut_with_an_ellipsis():
    shown = problems.from_error(TemporaryError("x" * 1000))
    assert len(shown["detail"]) == 300
    assert shown["detail"].endswith("…")


def test_what_another_program_said_is_cut_first():
    said = cause("Error while reading\nfrom socket: " + "x" * 1000)
    assert said.startswith("Error while reading from socket: xxx")
    assert len(said) == 120


@pytest.mark.parametrize("text", ["x" * 1000, "é" * 300, "\N{GRINNING FACE}" * 300, '"' * 300])
def test_a_broker_is_answered_in_less_than_500_bytes(text):
    errors = [{"field": f"field{n}", "message": "is missing."} for n in range(20)]
    body = problems.brief(problems.problem("unavailable", "Down", 503, text, errors=errors))
    assert 300 < len(body) < 500
    assert json.loads(body)["detail"].endswith("…")


def test_a_short_problem_keeps_its_errors():
    errors = [{"field": "days", "message": "is missing."}]
    body = problems.brief(problems.problem("invalid-request", "Invalid", 400, "x", errors=errors))
    assert json.loads(body)["errors"] == errors
