"""The command line as a person and a script run it, against a stack and without one."""

import csv
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, Response

from cli.client import Client
from functions.common.analyses import KINDS
from functions.common.errors import TemporaryError
from local.servers import free_port
from tests.e2e.proxy import failing

STOCKCAST = Path(sys.executable).with_name("stockcast")
PNG = b"\x89PNG\r\n\x1a\n"


def run(*arguments, url=None, **variables):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("STOCKCAST_")
    }
    named = {"STOCKCAST_URL": url} if url else {}
    return subprocess.run(
        [STOCKCAST, *arguments],
        env={**environment, **named, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_a_forecast_of_a_running_stack_is_told_in_words_a_table_and_a_plot(stockcast):
    ran = run("forecast", "aapl", "--days", "45", url=stockcast.url)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == b""
    text = ran.stdout.decode()
    assert text.startswith("The predicted price for AAPL 45 days after 2013-03-01 is $")
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
    assert alone.keys() == served.keys()
    for document in (alone, served):
        for differs in ("s3_key", "etag", "fetched_at"):
            del document["result"]["data"][differs]
    assert alone["result"] == served["result"]


def test_without_a_url_the_default_port_is_tried_and_what_is_done_instead_is_said(monkeypatch):
    from cli import service

    monkeypatch.delenv("STOCKCAST_URL", raising=False)
    monkeypatch.setattr(service, "LOCAL_STACK", f"http://127.0.0.1:{free_port()}")
    from cli.main import main

    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    assert main(["forecast", "FB", "--days", "5"]) == 0
    assert f"No Stockcast runs at {service.LOCAL_STACK}; computing here" in said.getvalue()
    assert "prices from sample" in said.getvalue()


def test_what_else_answers_at_the_default_port_is_no_stockcast(stockcast):
    with failing(stockcast.url, lambda _: JSONResponse({"status": "ok"})) as other:
        assert not Client(other).is_there()
    assert Client(stockcast.url).is_there()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("forecast", "ZZZZ", "--in-process"), 1, "ZZZZ is not in the sample"),
        (("forecast", "1X"), 2, "must be a ticker"),
        (("forecast", "IBM", "--days", "0"), 2, "from 1 to 3650"),
        (("forecast", "IBM", "--days", "many"), 2, 'not "many"'),
        (("forecast", "IBM", "--json", "--csv"), 2, "not allowed with"),
        (("forecast", "IBM", "--url", "localhost:1"), 2, "no URL with http"),
        (("forecast", "IBM", "--in-process", "--png", "/nowhere/x.png"), 2, "cannot be written"),
        (("forecast", "IBM", "--url", "http://127.0.0.1:9"), 3, "connection refused"),
        (("rank", "--data", "/nowhere"), 2, "/nowhere"),
    ],
)
def test_the_exit_code_says_what_went_wrong_and_stderr_why(arguments, code, told):
    ran = run(*arguments)
    assert ran.returncode == code, ran.stderr
    assert told in ran.stderr.decode()
    assert ran.stdout == b""


def test_a_provider_that_cannot_be_used_is_a_matter_of_settings():
    ran = run("forecast", "IBM", "--in-process", PROVIDERS="tiingo")
    assert ran.returncode == 2
    assert b"TIINGO_API_KEY" in ran.stderr


def test_a_provider_that_is_down_is_temporary():
    settings = {"PROVIDERS": "tiingo", "TIINGO_API_KEY": "k", "TIINGO_URL": "http://127.0.0.1:9"}
    ran = run("forecast", "IBM", "--in-process", **settings)
    assert ran.returncode == 3
    assert b"tiingo does not answer" in ran.stderr


def test_a_refusal_of_the_stack_is_told_in_its_words(stockcast):
    ran = run("forecast", "ZZZZ", url=stockcast.url)
    assert ran.returncode == 1
    assert (
        ran.stderr.decode()
        == f"stockcast: {stockcast.submit(symbol='ZZZZ', days=30).json()['detail']}\n"
    )


def test_who_reads_the_first_line_alone_is_not_shown_an_error(stockcast):
    script = '"$0" forecast IBM --csv | head -n 1; exit ${PIPESTATUS[0]}'
    ran = subprocess.run(
        ["bash", "-c", script, STOCKCAST],
        env={**os.environ, "STOCKCAST_URL": stockcast.url},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert ran.stdout.startswith(b"date,kind,close")
    assert ran.stderr == b""


class Pauses(list):
    """Notes how long the client would have waited, and does not."""

    def __call__(self, seconds):
        self.append(seconds)


def ask(url, told, pauses, **asked):
    body = {"symbol": "FB", "days": 12, **asked}
    return Client(url, pause=pauses).ask("forecasts", body, told.append)


def test_a_busy_stack_is_asked_again_when_it_says(stockcast):
    problem = {"detail": "Wait a little."}
    failures = [
        JSONResponse(problem, 429, {"retry-after": "7"}),
        JSONResponse(problem, 503, {"retry-after": "3"}),
    ]

    def fail(request):
        return failures.pop(0) if failures and request.method == "POST" else None

    pauses, told = Pauses(), []
    with failing(stockcast.url, fail) as url:
        answer = ask(url, told, pauses)
    assert pauses[:2] == [7.0, 3.0]
    assert told[-1] == "done"
    assert answer.result["symbol"] == "FB"


def test_a_stack_that_stays_busy_is_given_up_and_its_reason_told(stockcast):
    def fail(_):
        return JSONResponse({"detail": "Come back tomorrow."}, 429, {"retry-after": "86400"})

    with (
        failing(stockcast.url, fail) as url,
        pytest.raises(TemporaryError, match="Come back tomorrow"),
    ):
        ask(url, [], Pauses())


def test_where_no_stream_comes_through_the_request_is_looked_at(stockcast):
    seen = []

    def fail(request):
        seen.append(request.url.path)
        return Response(status_code=502) if request.url.path.endswith("/events") else None

    told = []
    with failing(stockcast.url, fail) as url:
        answer = ask(url, told, time.sleep, days=13)
    assert told[-1] == "done"
    assert answer.result["days"] == 13
    assert [path for path in seen if not path.endswith("/events")][1:]


def test_a_stream_that_breaks_off_is_taken_up_again(stockcast):
    def fail(request):
        if request.url.path.endswith("/events"):
            cut = b'event: status\ndata: {"status":"queued"}\n\nevent: status\ndata: {"stat'
            return Response(cut, media_type="text/event-stream")
        return None

    told = []
    with failing(stockcast.url, fail) as url:
        answer = ask(url, told, time.sleep, days=14)
    assert told[-1] == "done"
    assert answer.result["days"] == 14


def test_a_lost_connection_says_where_the_request_goes_on(stockcast):
    state = {"accepted": False}

    def fail(request):
        if state["accepted"]:
            return JSONResponse({"detail": "Down."}, 503)
        state["accepted"] = request.method == "POST"
        return None

    with failing(stockcast.url, fail) as url, pytest.raises(TemporaryError) as raised:
        Client(url, patience_s=0.5).ask("forecasts", {"symbol": "FB", "days": 15}, lambda _: None)
    assert f"The request goes on: {url}/api/forecasts/" in raised.value.detail


def at_a_terminal(*arguments, url, until, then=None):
    """What a terminal shows until `until` is in it; `then` is the signal sent after that."""
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "STOCKCAST_URL": url,
        "TERM": "xterm",
        "COLUMNS": "70",
        "LINES": "30",
    }
    environment.pop("NO_COLOR", None)
    running = subprocess.Popen(
        [STOCKCAST, *arguments],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, give_up, sent = b"", time.monotonic() + 60, False
    while time.monotonic() < give_up:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                read = os.read(ours, 65536)
            except OSError:  # Linux's way to say that the other end is closed
                break
            if not read:
                break
            shown += read
        if not sent and until in shown and then:
            running.send_signal(then)
            sent = True
    os.close(ours)
    return running.wait(30), shown


def test_a_terminal_shows_how_it_gets_on_and_colours(stockcast):
    code, shown = at_a_terminal("forecast", "IBM", "--days", "17", url=stockcast.url, until=b"held")
    assert code == 0
    assert b"IBM: " in shown
    assert b"\x1b[34m" in shown
    assert b"$" in shown


@pytest.mark.parametrize("kind", KINDS)
def test_an_analysis_is_the_same_with_a_stack_and_without(stockcast, kind):
    asked = ("analyse", kind, "IBM")
    served = json.loads(run(*asked, "--json", url=stockcast.url).stdout)
    path = f"/api/analyses/{served['id']}"
    assert served == stockcast.get(path).json()
    alone = json.loads(run(*asked, "--json", "--in-process").stdout)
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
    assert table == run(*asked, "--csv", "--in-process").stdout


def test_a_range_without_prices_fails_the_analysis_with_the_name_of_the_field(stockcast):
    ran = run("analyse", "buy_and_hold", "IBM", "--start", "2030-01-01", url=stockcast.url)
    assert ran.returncode == 1
    assert b"start: leaves no range of prices" in ran.stderr


@pytest.mark.parametrize("where", ["stack", "in process"])
def test_a_watch_list_is_printed_once_with_what_could_not_be_had(stockcast, where):
    url = stockcast.url if where == "stack" else None
    alone = () if url else ("--in-process",)
    ran = run("watch", "ibm", "MSFT", "IBM", "--days", "21", "--once", *alone, url=url)
    assert ran.returncode == 0
    rows = [line.split() for line in ran.stdout.decode().splitlines() if line.strip()]
    assert [row[0] for row in rows[3:]] == ["IBM", "MSFT"]
    _, last, day, low, high, chance = rows[3]
    assert (last, day) == ("$175.27", "2013-03-01")
    assert float(low[1:]) < 175.27 < float(high[1:])
    assert 0 < int(chance.rstrip("%")) < 100

    ran = run("watch", "ZZZZ", "FB", "--once", *alone, url=url)
    assert ran.returncode == 1
    assert "ZZZZ: ZZZZ is not in the sample" in ran.stdout.decode()
    assert "2013-03-01" in ran.stdout.decode()


def test_a_watch_list_keeps_its_figures_while_the_stack_is_away(stockcast):
    from cli.watch import Row, looked_at

    state = {"down": False}

    def fail(_):
        return JSONResponse({"detail": "Redis is away."}, 503) if state["down"] else None

    with failing(stockcast.url, fail) as url:
        client = Client(url, patience_s=0.1)
        asked, shown = {"days": 21, "model": "calibrated"}, []
        rows = looked_at(client, [Row("IBM"), Row("FB")], asked, shown.append)
        state["down"] = True
        later = looked_at(client, rows, asked, shown.append)
    assert [row.result for row in later] == [row.result for row in rows]
    assert {row.error.detail for row in later} == {"Redis is away."}
    assert shown[0][0].result, "a row is shown as soon as it is there"
    assert shown[0][1].result is None


def test_a_watch_list_is_looked_at_again_until_ctrl_c(stockcast):
    code, shown = at_a_terminal(
        *("watch", "IBM", "MSFT", "--every", "1"),
        url=stockcast.url,
        until=b"$175.27",
        then=signal.SIGINT,
    )
    assert code == 0
    assert shown.count(b"MSFT") >= 2, "the table is drawn anew as figures come in"
    assert b"Traceback" not in shown


def test_a_batch_is_ranked_and_its_failures_are_told(stockcast, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("MSFT FB\nZZZZ # none of ours\n")
    ran = run("batch", "ibm", str(listed), "--days", "21", url=stockcast.url)
    assert ran.returncode == 1
    assert b"1 of the symbols failed" in ran.stderr
    rows = [line.split() for line in ran.stdout.decode().splitlines() if line.strip()][2:]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert {row[1] for row in rows} == {"IBM", "MSFT", "FB"}
    chances = [int(row[-1].rstrip("%")) for row in rows]
    assert chances == sorted(chances, reverse=True)

    ran = run("batch", "IBM", "ZZZZ", "--csv", url=stockcast.url)
    statuses = {
        row["symbol"]: row["status"] for row in csv.DictReader(ran.stdout.decode().splitlines())
    }
    assert statuses == {"IBM": "done", "ZZZZ": "failed"}
    ran = run("batch", "IBM", "FB", "--json", url=stockcast.url)
    assert ran.returncode == 0
    assert [row["rank"] for row in json.loads(ran.stdout)["rows"]] == [1, 2]


def test_a_batch_needs_a_stack(monkeypatch, capsys):
    from cli import service
    from cli.main import main

    monkeypatch.delenv("STOCKCAST_URL", raising=False)
    monkeypatch.setattr(service, "LOCAL_STACK", f"http://127.0.0.1:{free_port()}")
    assert main(["batch", "IBM"]) == 3
    assert "A batch needs a running Stockcast" in capsys.readouterr().err


def test_ctrl_c_while_waiting_ends_it_without_a_traceback(stockcast):
    def fail(request):
        never = JSONResponse({"id": "x", "status": "queued", "symbol": "IBM"})
        return never if request.url.path == "/api/forecasts/slow-one" else None

    def stand_in(request):
        path = "/api/forecasts/slow-one"
        if request.method == "POST":
            links = {"self": path, "events": f"{path}/events", "chart": f"{path}/chart.png"}
            return JSONResponse({"id": "slow-one", "status": "queued", "links": links}, 202)
        return fail(request)

    with failing(stockcast.url, stand_in) as url:
        code, shown = at_a_terminal(
            "forecast", "IBM", url=url, until=b"waiting for a free worker", then=signal.SIGINT
        )
    assert code == 130
    assert b"Traceback" not in shown
