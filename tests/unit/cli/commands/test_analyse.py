"""The analyses on the command line: options in, words, plots and tables out."""

import csv
import io
import json

import pytest

from cli.commands import analyse
from cli.main import main
from functions.common.messages import analyses


def run(capfdbinary, *arguments):
    code = main(["analyse", *arguments, "--in-process"])
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


def test_the_command_may_be_spelled_the_american_way(capfdbinary):
    assert main(["analyze", "history", "AAPL", "--csv", "--in-process"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"date,adj_close")


def test_every_kind_and_every_parameter_is_explained():
    assert tuple(analyses.PARAMETERS) == analyses.KINDS
    assert all(vars(parameters).get("__doc__") for parameters in analyses.PARAMETERS.values())
    named = {name for kind in analyses.KINDS for name in analyses.parameter_names(kind)}
    assert set(analyse.PARAMETERS) == named


@pytest.mark.parametrize(
    ("kind", "name", "text", "value"),
    [
        ("buy_and_hold", "nshares", "10", 10),
        ("buy_and_hold", "nshares", "0.5", 0.5),
        ("evaluate", "start", "2012-01-03", "2012-01-03"),
        ("history", "columns", "close", ["close"]),
        ("history", "columns", "close, volume", ["close", "volume"]),
        ("history", "plot_type", "pct", "pct"),
        ("prior_analysis", "priors", "0.1", [0.1]),
        ("prior_analysis", "priors", "0.001,1,10", [0.001, 1, 10]),
        ("components", "days", "90", 90),
    ],
)
def test_a_text_becomes_the_kind_of_value_that_the_parameter_takes(kind, name, text, value):
    read = analyse._value(kind, name, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("buy_and_hold", "IBM", "--nshares", "many"), "must be a number"),
        (("buy_and_hold", "IBM", "--start", "3.1.2012"), 'a date like 2013-03-01, not "3.1.2012"'),
        (("buy_and_hold", "IBM", "--days", "3"), "unrecognized arguments: --days"),
        (("history", "IBM", "--columns", "close,profit"), "must be a list of some of"),
        (("prior_analysis", "IBM", "--priors", "x"), "must be a list"),
        (("changepoints", "IBM", "--interest-csv", "/nowhere.csv"), "cannot be read"),
        (("guess", "IBM"), "invalid choice: 'guess'"),
    ],
)
def test_what_a_parameter_cannot_be_is_a_matter_of_usage(arguments, told, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["analyse", *arguments])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_an_empty_range_is_refused_by_field(capfdbinary):
    dates = ("--start", "2012-01-03", "--end", "2011-01-03")
    code, out, err = run(capfdbinary, "buy_and_hold", "IBM", *dates)
    assert (code, out) == (2, "")
    assert "start: must be before end" in err


def test_prices_that_do_not_reach_there_are_no_matter_of_usage(capfdbinary):
    code, _, err = run(capfdbinary, "buy_and_hold", "IBM", "--start", "2030-01-01")
    assert code == 1
    assert "leaves no range of prices" in err


@pytest.mark.parametrize("kind", analyses.KINDS)
def test_each_kind_is_told_plotted_and_tabulated(kind, capfdbinary):
    code, text, _ = run(capfdbinary, kind, "IBM")
    assert code == 0
    _, body, _ = run(capfdbinary, kind, "IBM", "--json")
    document = json.loads(body)
    assert (document["kind"], document["status"]) == (kind, "done")
    result = document["result"]
    assert text.startswith(result["message"])
    for panel in result["panels"]:
        assert f"\n{panel['title']}\n" in text
    assert text.count("┤") >= len(result["panels"])
    for name in result["figures"]:
        assert name.replace("_", " ") in text
    _, table, _ = run(capfdbinary, kind, "IBM", "--csv")
    rows = list(csv.reader(io.StringIO(table)))
    assert rows[0] == result["table"]["columns"]
    assert len(rows) == 1 + len(result["table"]["rows"])


def test_volumes_are_written_to_the_last_share(capfdbinary):
    _, text, _ = run(capfdbinary, "history", "AAPL", "--columns", "volume")
    assert "132,529,300" in text


def test_search_interest_is_read_from_a_file(tmp_path, capfdbinary):
    path = tmp_path / "interest.csv"
    weeks = [
        f"2012-{month:02}-{day:02},{month * 7 % 100}" for month in range(1, 13) for day in (1, 15)
    ]
    path.write_text(
        "\n".join(["Category: All categories", "", "Week,ibm: (United States)", *weeks])
    )
    code, text, err = run(capfdbinary, "changepoints", "IBM", "--interest-csv", str(path))
    assert code == 0, err
    assert "Searches for ibm" in text
    assert "across: lag" in text


def test_several_lines_are_numbered_and_turns_are_marked(capfdbinary):
    _, text, _ = run(capfdbinary, "changepoints", "FB")
    assert "1 adjusted close   2 trend   ▲ turns up   ▼ turns down" in text
    plot = text.split("Turns of the trend\n")[1].split("1 adjusted close")[0]
    assert plot.count("▲") + plot.count("▼") == 2
    assert "2" in plot


def test_the_chart_is_written(tmp_path, capfdbinary):
    path = tmp_path / "chart.png"
    code, _, _ = run(capfdbinary, "history", "IBM", "--png", str(path))
    assert code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
