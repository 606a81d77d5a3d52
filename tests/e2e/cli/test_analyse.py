"""`stockcast analyse`, with a running stack and without one."""

import json

import pytest

from functions.common.messages.analyses import KINDS
from tests.e2e.cli.running import assert_same_answer, run, run_in_turn


@pytest.fixture(scope="module")
def printed(stockcast):
    """The analyses of every kind as JSON and as CSV, from the stack and without one."""
    wanted = [(kind, form) for kind in KINDS for form in ("--json", "--csv")]

    def by(*client):
        commands = [["analyse", kind, "AAPL", form, *client] for kind, form in wanted]
        return dict(zip(wanted, run_in_turn(commands), strict=True))

    return by("--url", stockcast.url), by("--in-process")


@pytest.mark.parametrize("kind", KINDS)
def test_an_analysis_is_the_same_with_a_stack_and_without(stockcast, printed, kind):
    served, alone = (json.loads(one[kind, "--json"]) for one in printed)
    path = f"/api/analyses/{served['id']}"
    assert served == stockcast.get(path).json()
    assert_same_answer(alone, served)
    table, same_table = (one[kind, "--csv"] for one in printed)
    assert table == same_table == stockcast.get(f"{path}/result.csv").content


def test_a_range_without_prices_fails_the_analysis_with_the_name_of_the_field(stockcast):
    ran = run("analyse", "buy_and_hold", "IBM", "--start", "2030-01-01", url=stockcast.url)
    assert ran.returncode == 1
    assert b"start: leaves no range of prices" in ran.stderr
