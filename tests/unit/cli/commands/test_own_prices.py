"""`--prices FILE` instead of a ticker, in this process."""

import csv
import json

import pytest

from cli.clients import choice
from cli.main import main
from local.servers import free_port
from tests.support import price_files
from tests.support.price_files import CLOSES, DAYS, SHAPES


@pytest.fixture(autouse=True)
def no_stack(monkeypatch):
    monkeypatch.delenv("STOCKCAST_URL", raising=False)
    monkeypatch.setattr(choice, "LOCAL_STACK", f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "acme.csv"
    path.write_bytes(SHAPES["nasdaq.com"])
    return str(path)


@pytest.fixture
def wide(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_bytes(price_files.wide(DAYS))
    return str(path)


def test_a_file_is_forecast(file, capsys):
    assert main(["forecast", "--prices", file, "--days", "45", "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)["result"]
    assert result["last_price"] == CLOSES[-1]
    assert result["data"]["provider"] == "upload"
    assert f"{file}: 70 prices from 2013-01-02 to 2013-04-09, as @ACME-" in err


def test_a_file_is_analyzed(file, capsys):
    assert main(["analyse", "buy_and_hold", "--prices", file]) == 0
    assert "ACME" in capsys.readouterr().out


def test_one_series_of_several_is_chosen(wide, capsys):
    assert main(["forecast", "--prices", wide]) == 2
    told = capsys.readouterr().err
    assert f"{wide}: The file contains 2 series: AAA, BBB. Choose one with --column." in told
    assert main(["forecast", "--prices", wide, "--column", "BBB", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["last_price"] == 20 + 69 % 7
    assert main(["forecast", "--prices", wide, "--column", "CCC"]) == 2
    assert "There is no column 'CCC'." in capsys.readouterr().err


def test_a_file_of_any_size_is_read_in_this_process(tmp_path, capsys):
    rows = [f"2013-{at // 28 + 1:02}-{at % 28 + 1:02},{at + 1},{'x' * 100_000}" for at in range(56)]
    path = tmp_path / "large.csv"
    path.write_text("\n".join(["date,close,comment", *rows]))
    assert main(["forecast", "--in-process", "--prices", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["last_price"] == 56


def test_all_series_of_a_file_make_a_batch_and_a_watch_list(wide, capsys):
    assert main(["batch", "--prices", wide, "--csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["last_price"] for row in rows] == ["56.0", "26.0"]
    assert main(["watch", "--once", "--prices", wide]) == 0
    assert capsys.readouterr().out.count("@WIDE-") == 2


def test_a_batch_needs_no_stack_and_says_what_failed(capsys):
    assert main(["batch", "IBM", "ZZZZ", "--csv"]) == 1
    out, err = capsys.readouterr()
    rows = {row["symbol"]: row["status"] for row in csv.DictReader(out.splitlines())}
    assert rows == {"IBM": "done", "ZZZZ": "failed"}
    assert "ZZZZ" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["forecast"], "Give a symbol, or a file of your own prices with --prices FILE."),
        (["analyse", "history"], "Give a symbol, or a file"),
        (["watch", "--once"], "Give a symbol, or a file"),
        (["batch"], "Give a symbol, or a file"),
        (["forecast", "AAPL", "--prices", "x.csv"], "Give a symbol or --prices FILE, not both."),
        (["forecast", "AAPL", "--column", "x"], "--column needs a file"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_else(arguments, message, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(f"stockcast: {message}")


def test_a_file_that_is_missing_is_named(capsys):
    assert main(["forecast", "--prices", "none.csv"]) == 2
    assert "Cannot read none.csv: No such file" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_refused_by_its_place(tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text("date,close\n2013-03-01,dear\n")
    assert main(["forecast", "--prices", str(path)]) == 2
    assert "bad.csv: Line 2, column 'close': 'dear' is not a number." in capsys.readouterr().err
