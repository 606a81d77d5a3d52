"""`stockcast forecast`, with a running stack and without one."""

import csv
import io
import json
import sys

import pytest

from local.servers import free_port
from tests.e2e.cli.running import assert_same_answer, at_a_terminal, run

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_forecast_of_a_running_stack_is_told_in_words_a_table_and_a_plot(stockcast):
    ran = run("forecast", "aapl", "--days", "45", url=stockcast.url)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == b""
    text = ran.stdout.decode()
    assert text.startswith("AAPL could be between $")
    assert "4 in 5 (80%)" in text
    assert "⣀" in text
    assert "▒" in text
    assert "\x1b" not in text
    assert max(map(len, text.split("Over ")[0].splitlines()[2:])) <= 80


def test_json_is_the_apis_document_and_csv_its_table(stockcast):
    ran = run("forecast", "MSFT", "--days", "30", "--model", "prophet", "--json", url=stockcast.url)
    document = json.loads(ran.stdout)
    assert document["result"]["backtest"]["status"] == "complete"
    path = f"/api/forecasts/{document['id']}"
    assert document == stockcast.get(path).json()
    asked = ("forecast", "MSFT", "--days", "30", "--model", "prophet", "--csv")
    assert run(*asked, url=stockcast.url).stdout == stockcast.get(f"{path}/result.csv").content


@pytest.mark.parametrize("where", ["stack", "in process"])
def test_the_chart_is_written_beside_what_is_printed(stockcast, tmp_path, where):
    url = stockcast.url if where == "stack" else None
    alone = () if url else ("--in-process",)
    chart = tmp_path / "chart.png"
    ran = run("forecast", "IBM", "--csv", "--png", str(chart), *alone, url=url)
    assert ran.returncode == 0
    assert chart.read_bytes().startswith(PNG)
    assert str(chart) in ran.stderr.decode()
    rows = list(csv.DictReader(io.StringIO(ran.stdout.decode())))
    assert {row["kind"] for row in rows} == {"history", "forecast"}


def test_without_a_stack_the_answer_is_the_same(stockcast):
    asked = ("forecast", "GOOG", "--days", "21", "--json")
    alone = json.loads(run(*asked, "--in-process").stdout)
    served = json.loads(run(*asked, url=stockcast.url).stdout)
    assert_same_answer(alone, served)


def test_without_a_url_the_default_port_is_tried_and_what_is_done_instead_is_said(monkeypatch):
    from cli.clients import choice

    monkeypatch.delenv("STOCKCAST_URL", raising=False)
    monkeypatch.setattr(choice, "LOCAL_STACK", f"http://127.0.0.1:{free_port()}")
    from cli.main import main

    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    assert main(["forecast", "FB", "--days", "5"]) == 0
    assert f"No Stockcast runs at {choice.LOCAL_STACK}. Computing here" in said.getvalue()
    assert "prices from sample" in said.getvalue()


def test_a_terminal_shows_how_it_gets_on_and_colours(stockcast):
    code, shown = at_a_terminal("forecast", "IBM", "--days", "17", url=stockcast.url, until=b"held")
    assert code == 0
    assert b"IBM: " in shown
    assert b"\x1b[34m" in shown
    assert b"$" in shown
