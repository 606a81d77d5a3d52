"""How commands end: exit codes, words on stderr, closed pipes, Ctrl-C."""

import os
import signal
import subprocess

from starlette.responses import JSONResponse

from tests.e2e.cli.running import STOCKCAST, at_a_terminal, run
from tests.e2e.proxy import failing


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
        timeout=300,
    )
    assert ran.stdout.startswith(b"date,kind,close")
    assert ran.stderr == b""


def test_ctrl_c_while_waiting_ends_it_without_a_traceback(stockcast):
    path = "/api/forecasts/slow-one"

    def never_done(request):
        if request.method == "POST":
            links = {"self": path, "events": f"{path}/events", "chart": f"{path}/chart.png"}
            return JSONResponse({"id": "slow-one", "status": "queued", "links": links}, 202)
        return JSONResponse({"status": "queued"}) if request.url.path == path else None

    with failing(stockcast.url, never_done) as url:
        code, shown = at_a_terminal(
            "forecast", "IBM", url=url, until=b"waiting for a free worker", then=signal.SIGINT
        )
    assert code == 130
    assert b"Traceback" not in shown
