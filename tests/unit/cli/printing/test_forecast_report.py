"""A forecast in words and tables."""

import io
from datetime import date

import pytest
from rich.console import Console

from cli.clients.in_process import InProcess
from cli.printing.forecast_report import forecast_plot, print_forecast
from cli.printing.provenance import provenance
from functions.common.money import Money
from functions.common.requests.batches import headline

TODAY = date(2013, 3, 4)


@pytest.fixture(scope="module")
def result():
    asked = {"symbol": "IBM", "days": 30, "model": "calibrated"}
    return InProcess({}).ask("forecasts", asked, lambda _: None).result


def printed(result, **options):
    out = io.StringIO()
    print_forecast(Console(file=out, width=80, highlight=False, **options), result, TODAY)
    return out.getvalue()


def test_the_sentence_comes_first_then_ranges_plot_and_verdict(result):
    text = printed(result)
    lines = text.splitlines()
    assert lines[0] == result["message"]
    chance = f"{result['probability_higher']:.0%}"
    assert lines[1] == f"The chance of a price above the last one, $202.91, is {chance}."
    for low, high in result["intervals"].values():
        assert f"{Money()(low)}   {Money()(high)}" in text
    assert result["backtest"]["verdict"] in lines
    assert f"{result['backtest']['record']}." in lines
    assert (
        "3270 daily prices from sample, as of 2013-03-01 (3 days old). Model: calibrated." in text
    )
    assert text.index("┤") < text.index(result["backtest"]["verdict"])


def test_a_model_that_broke_its_promise_is_told_with_the_way_to_the_other(result):
    record = {**result["backtest"], "trust": {"state": "too_narrow"}, "widened80": [150.0, 200.0]}
    text = printed({**result, "backtest": record})
    assert "Widened to match past errors, the range is $150.00 to $200.00." in text
    assert "That model puts the chance" in text
    assert "For better ranges, run: stockcast forecast IBM --days 30" in text
    assert "For better ranges" not in printed(result)


def test_chances_of_a_model_that_broke_its_promise_are_marked_in_tables(result, capsys):
    from cli.commands import batch, watch
    from cli.printing.console import standard_output

    doubted = {**result, "backtest": {**result["backtest"], "trust": {"state": "too_narrow"}}}
    chance = f"{result['probability_higher']:.0%}"
    for trusted, shown in ((result, chance), (doubted, f"{chance}*")):
        standard_output().print(watch.view([watch.Row("IBM", trusted)], 30))
        row = {**headline(trusted), "rank": 1, "symbol": "IBM"}
        batch._print_ranking([row])
        told = capsys.readouterr().out.split()
        assert told.count(shown) == 2
        assert ("less" in told) is (trusted is doubted)


def test_colour_is_for_terminals_alone_and_no_color_is_honoured(result, monkeypatch):
    assert "\x1b[" not in printed(result)
    assert "\x1b[34m" in printed(result, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[34m" not in printed(result, force_terminal=True)


def test_the_plot_joins_the_forecast_to_the_last_price(result):
    plot = forecast_plot(result)
    assert plot.x[plot.rule] == result["last_date"]
    assert plot.x[-1] == result["target_date"]
    assert plot.rule + 1 == 63
    for ribbon in plot.ribbons:
        assert ribbon.low[plot.rule] == ribbon.high[plot.rule] == result["last_price"]
        assert len(ribbon.low) == len(plot.x)
    widths = [ribbon.high[-1] - ribbon.low[-1] for ribbon in plot.ribbons]
    assert widths == sorted(widths, reverse=True)


def test_what_to_know_of_the_prices_is_said(result):
    stale = {
        **result,
        "data": {**result["data"], "stale": True, "jumps": ["2000-09-29", "2012-05-18"]},
    }
    told = " ".join(provenance(stale, TODAY, since="2010-01-01"))
    assert "no newer prices now" in told
    assert "2012-05-18" in told
    assert "2000-09-29" not in told


def test_axis_labels_are_as_short_as_they_can_be():
    assert [Money().label(each) for each in (0.0, 7.5, 150.0, 12500.0, -20.0, 0.25)] == [
        "$0", "$7.5", "$150", "$12,500", "-$20", "$0.25",
    ]  # fmt: skip


def test_brackets_in_what_is_printed_are_no_markup(capsys):
    from cli.printing.console import print_text, standard_output

    print_text(standard_output(), "tiingo answered 500: [bold]'[\"error\"]' :smile:")
    assert capsys.readouterr().out == "tiingo answered 500: [bold]'[\"error\"]' :smile:\n"
