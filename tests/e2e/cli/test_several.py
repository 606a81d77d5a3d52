"""`stockcast watch` and `stockcast batch`."""

import csv
import json
import signal

import pytest
from starlette.responses import JSONResponse

from cli.clients.http_client import Client
from tests.e2e.cli.running import at_a_terminal, run
from tests.e2e.proxy import failing
from tests.support.price_files import SHAPES


@pytest.mark.parametrize("where", ["stack", "in process"])
def test_a_watch_list_is_printed_once_with_what_could_not_be_had(stockcast, where):
    url = stockcast.url if where == "stack" else None
    alone = () if url else ("--in-process",)
    ran = run("watch", "ibm", "MSFT", "IBM", "--days", "21", "--once", *alone, url=url)
    assert ran.returncode == 0
    rows = [line.split() for line in ran.stdout.decode().splitlines() if line.strip()]
    assert [row[0] for row in rows[3:]] == ["IBM", "MSFT"]
    _, last, day, low, high, chance = rows[3]
    assert (last, day) == ("$202.91", "2013-03-01")
    assert float(low[1:]) < 202.91 < float(high[1:])
    assert 0 < int(chance.rstrip("%")) < 100

    ran = run("watch", "ZZZZ", "FB", "--once", *alone, url=url)
    assert ran.returncode == 1
    assert "ZZZZ: ZZZZ is not in the sample" in ran.stdout.decode()
    assert "2013-03-01" in ran.stdout.decode()


def test_a_watch_list_keeps_its_figures_while_the_stack_is_away(stockcast):
    from cli.commands.watch import Row, looked_at

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
        until=b"$202.91",
        then=signal.SIGINT,
    )
    assert code == 0
    assert shown.count(b"MSFT") >= 2, "the table redraws when figures arrive"
    assert b"Traceback" not in shown


def test_a_batch_is_ranked_and_its_failures_are_told(stockcast, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("MSFT FB\nZZZZ # none of ours\n")
    ran = run("batch", "ibm", str(listed), "--days", "21", url=stockcast.url)
    assert ran.returncode == 1
    assert "1 of 4 symbols failed:\n  ZZZZ: ZZZZ is not in the sample" in ran.stderr.decode()
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


def test_own_prices_are_asked_of_the_stack(stockcast, tmp_path):
    path = tmp_path / "acme.csv"
    path.write_bytes(SHAPES["stooq"])
    ran = run("forecast", "--prices", str(path), "--days", "10", "--json", url=stockcast.url)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["result"]["data"]["provider"] == "upload"
    ran = run("batch", "--prices", str(path), "--csv", url=stockcast.url)
    assert ran.returncode == 0, ran.stderr
    assert b"@ACME-" in ran.stdout
    path.write_text("date,close\n2013-03-01,dear\n")
    ran = run("forecast", "--prices", str(path), url=stockcast.url)
    assert ran.returncode == 2
    assert b"Line 2, column 'close': 'dear' is not a number." in ran.stderr
