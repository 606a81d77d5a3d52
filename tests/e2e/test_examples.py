"""The examples in the documents do what the documents say."""

import re
import shutil
from pathlib import Path

import pytest

from functions.common.messages.analyses import KINDS
from tests.e2e import examples

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="no curl")


@pytest.fixture
def run(own_stockcast, tmp_path):
    """Run the examples of a document of the project, and return what they print."""
    return lambda document: examples.run(ROOT / document, own_stockcast, tmp_path)


def test_the_readme(run, own_stockcast):
    printed = run("README.md")
    assert len(printed) >= 3
    for request_id in ("my-first-request", "my-second-request"):
        assert own_stockcast.ended(request_id)["status"] == "done"


def test_how_to_use_it(run, own_stockcast, tmp_path):
    printed = run("docs/using.md")
    assert any('"status":"done"' in one for one in printed)
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert own_stockcast.ended("structured-event")["status"] == "done"


def test_markets(run):
    run("docs/markets.md")


def test_batches(run):
    printed = run("docs/batches.md")
    assert '"status":"done"' in printed[0]
    assert '"rank":3' in printed[0]


def test_the_analyses(run, tmp_path):
    printed = run("docs/analyses.md")
    kinds = re.findall(r'"kind": "(\w+)"', (ROOT / "docs/analyses.md").read_text("utf-8"))
    assert set(kinds) == set(KINDS)
    assert len(printed) >= len(KINDS)
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_an_example_is_held_to_its_exit_code_and_to_its_output(own_stockcast, tmp_path):
    document = tmp_path / "it.md"
    block = "```sh\necho one two\n```\n\n```text output\n{}\n```\n"
    document.write_text(block.format("one ..."))
    assert examples.run(document, own_stockcast, tmp_path) == ["one two\n"]
    document.write_text(block.format("two ..."))
    with pytest.raises(AssertionError, match="but it printed"):
        examples.run(document, own_stockcast, tmp_path)
    document.write_text("```sh not-run\nfalse\n```\n```sh\ntrue\nfalse\n```\n")
    with pytest.raises(AssertionError, match="line 4"):
        examples.run(document, own_stockcast, tmp_path)


def test_the_tutorial(run, tmp_path):
    printed = run("docs/tutorial.md")
    assert any("dev.stockcast.prices.ingested.v1" in one for one in printed)
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "forecast.csv").read_text().startswith("date,kind")
