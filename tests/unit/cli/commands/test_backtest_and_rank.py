"""The commands as a person runs them."""

import json

import numpy as np
import pytest

from cli.main import main
from tests.unit.forecast.price_series import of_closes, walk


@pytest.fixture
def folder(tmp_path):
    """Three symbols, one of them too short, and a wide file of six in a folder of its own."""
    for number, rows in enumerate((500, 420, 100)):
        series = of_closes(walk(rows, seed=number))
        lines = [f"{day},{price}" for day, price in zip(series.dates, series.close, strict=True)]
        (tmp_path / f"s{number}.csv").write_text("\n".join(["date,close", *lines]))
    series = [of_closes(walk(400, seed=seed)) for seed in range(6)]
    table = np.array([each.close for each in series]).T
    lines = [
        f"{day}," + ",".join(map(str, row)) for day, row in zip(series[0].dates, table, strict=True)
    ]
    (tmp_path / "wide").mkdir()
    (tmp_path / "wide" / "all.csv").write_text("\n".join(["date,A,B,C,D,E,F", *lines]))
    return tmp_path


def test_backtest_prints_the_table_and_draws_the_plot(folder, capsys):
    plot = folder / "plot.png"
    arguments = ["--horizons", "5,2", "--origins", "6", "--models", "calibrated,prophet"]
    assert main(["backtest", "--data", str(folder), "--plot", str(plot), *arguments]) == 0
    out, err = capsys.readouterr()
    assert "2 series, 12 origins" in out
    assert "Skipped because they are too short: S2." in out
    table = out.split("\n\n")[1].splitlines()
    assert [line.split()[:2] for line in table[1:]] == [
        [model, days] for model in ("walk", "calibrated", "prophet") for days in ("2", "5")
    ]
    assert str(plot) in err
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_backtest_prints_json(folder, capsys):
    arguments = ["--data", str(folder), "--plot", str(folder / "p.png"), "--origins", "4"]
    assert main(["backtest", "--json", "--horizons", "5", *arguments]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["symbols"] == ["S0", "S1"]
    row = document["rows"][1]
    assert (row["model"], row["horizon"]) == ("calibrated", 5)
    assert 0.5 < row["wis_ratio"]["value"] < 1.5
    assert len(row["below"]) == len(document["levels"]) == 23


def test_backtest_refuses_bad_files_by_line_and_short_ones(folder, capsys):
    (folder / "s1.csv").write_text("date,close\n2013-03-01,much\n")
    assert main(["backtest", "--data", str(folder)]) == 2
    assert "s1.csv: Line 2, column 'close': 'much' is not a number" in capsys.readouterr().err
    assert main(["backtest", "--data", str(folder / "s2.csv")]) == 2
    assert "No series is long enough" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--models", "oracle"], "choose from calibrated, prophet"),
        (["--horizons", "0"], "'0' is not a positive whole number"),
        (["--horizons", "9999"], "from 1 to 2520"),
        (["--since", "1.1.2010"], "not a date like"),
    ],
)
def test_backtest_refuses_arguments_it_cannot_use(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(["backtest", *arguments])
    assert message in capsys.readouterr().err


def test_rank_prints_chances_and_the_score(folder, capsys):
    assert main(["rank", "--data", str(folder / "wide" / "all.csv"), "--origins", "4"]) == 0
    out = capsys.readouterr().out
    assert "Ranked probability score over 4 past dates" in out
    assert main(["rank", "--data", str(folder / "wide"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["symbols"] == list("ABCDEF")
    assert np.sum(document["chances"]) == pytest.approx(6, abs=0.01)
    assert document["date"] == str(of_closes(walk(400)).dates[-1])


def test_rank_works_on_its_default_data_and_on_a_file_like_that_of_m6(folder, capsys):
    assert main(["rank", "--origins", "2"]) == 0
    assert "FB " in capsys.readouterr().out
    days = of_closes(walk(300)).dates
    lines = [
        f"{name},{str(day).replace('-', '/')},{price}"
        for seed, name in enumerate(("ABBV", "ACN", "AEP", "IVV", "XLK"))
        for day, price in zip(days, walk(300, seed=seed), strict=True)
        if not (name == "ACN" and str(day) < "1990-05-01")
    ]
    path = folder / "assets_m6.csv"
    path.write_text("\n".join(["symbol,date,price", *lines]))
    assert main(["rank", "--data", str(path), "--origins", "4"]) == 0
    assert "over 4 past dates" in capsys.readouterr().out


def test_rank_refuses_too_few_assets(folder, capsys):
    assert main(["rank", "--data", str(folder / "s0.csv")]) == 2
    assert "at least 5 assets" in capsys.readouterr().err
