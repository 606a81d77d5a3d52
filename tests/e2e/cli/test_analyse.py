"""`stockcast analyse`, with a running stack and without one."""

import json

import pytest

from functions.common.messages.analyses import KINDS
from tests.e2e.cli.running import run, run_in_turn


@pytest.fixture(scope="module")
def in_process():
    """The analyses of every kind without a stack, as JSON and as CSV."""
    wanted = [(kind, form) for kind in KINDS for form in ("--json", "--csv")]
    commands = [["analyse", kind, "AAPL", form, "--in-process"] for kind, form in wanted]
    return dict(zip(wanted, run_in_turn(commands), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_an_analysis_is_the_same_with_a_stack_and_without(stockcast, in_process, kind):
    asked = ("analyse", kind, "AAPL")
    served = json.loads(run(*asked, "--json", url=stockcast.url).stdout)
    path = f"/api/analyses/{served['id']}"
    assert served == stockcast.get(path).json()
    alone = json.loads(in_process[kind, "--json"])
    assert alone.keys() == served.keys()
    for document in (alone, served):
        for differs in ("s3_key", "etag", "fetched_at"):
            del document["result"]["data"][differs]
    assert alone["result"] == served["result"]
    text = run(*asked, url=stockcast.url)
    assert text.returncode == 0
    assert text.stdout.decode().startswith(served["result"]["message"])
    table = run(*asked, "--csv", url=stockcast.url).stdout
    assert table == stockcast.get(f"{path}/result.csv").content
    assert table == in_process[kind, "--csv"]


def test_a_range_without_prices_fails_the_analysis_with_the_name_of_the_field(stockcast):
    ran = run("analyse", "buy_and_hold", "IBM", "--start", "2030-01-01", url=stockcast.url)
    assert ran.returncode == 1
    assert b"start: leaves no range of prices" in ran.stderr
