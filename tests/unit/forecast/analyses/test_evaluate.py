"""evaluate and prior_validation: errors, direction, coverage and the game, by plain calculation."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from functions.common.errors import InvalidFieldError, TooLittleHistoryError
from functions.forecast.models.prophet_model import ProphetModel
from tests.unit.forecast.analyses.asking import (
    STOCKERS_PRIORS,
    analysed,
    frame,
    library,
    line_of,
    predicted,
    table_of,
    with_parameters_of,
)
from tests.unit.forecast.price_series import of_closes, sample, walk


def trained_before(symbol, start, prior=0.05):
    """The library, trained on the three years before `start`, and the prices it saw."""
    series = sample(symbol)
    row = int(np.searchsorted(series.dates, np.datetime64(start)))
    model = ProphetModel(prior).fit(series.until(row))
    prices = frame(symbol)["adj_close"].iloc[row - len(model.dates) : row]
    assert prices.index[0] > pd.Timestamp(start) - pd.DateOffset(years=3, days=5)
    return with_parameters_of(model, library(model, prior, prices.to_numpy())), prices


@pytest.mark.parametrize(
    ("symbol", "start", "end", "days"),
    [("AAPL", "2012-03-01", "2013-03-01", 251), ("MSFT", "2010-05-03", "2010-12-31", 170)],
)
def test_errors_direction_and_coverage_are_those_of_the_same_dates(symbol, start, end, days):
    asked = {} if symbol == "AAPL" else {"start": start, "end": end}  # the last year by itself
    shown = analysed("evaluate", sample(symbol), **asked)
    figures, told = shown["figures"], table_of(shown)
    fitted, seen = trained_before(symbol, start)
    actual = frame(symbol)["adj_close"].loc[start:end]
    theirs = predicted(fitted, actual.index)
    yhat = theirs["yhat"]
    assert (figures["start"], figures["end"], len(told)) == (start, end, days)
    assert told["actual"].to_numpy() == pytest.approx(actual)
    assert told["predicted"].to_numpy() == pytest.approx(yhat, rel=1e-6)
    assert figures["test_error"] == pytest.approx((yhat - actual).abs().mean(), rel=1e-6)
    trained = predicted(fitted, seen.index)["yhat"]
    assert figures["train_error"] == pytest.approx((trained - seen).abs().mean(), rel=1e-6)
    walk_error = (actual - seen.iloc[-1]).abs().mean()
    assert figures["test_error_random_walk"] == pytest.approx(walk_error)

    called, came = yhat.diff().iloc[1:], actual.diff().iloc[1:]
    up, down = called > 0, called <= 0
    assert figures["days_called_up"] == up.sum()
    assert figures["days_called_down"] == down.sum()
    assert figures["accuracy_up"] == pytest.approx((came[up] > 0).mean())
    assert figures["accuracy_down"] == pytest.approx((came[down] < 0).mean())

    inside = told["actual"].between(told["low"], told["high"]).mean()
    assert figures["inside_interval"] == pytest.approx(inside)
    its_inside = actual.between(theirs["yhat_lower"], theirs["yhat_upper"]).mean()
    assert inside == pytest.approx(its_inside, abs=0.05)
    width, its_width = told["high"] - told["low"], theirs["yhat_upper"] - theirs["yhat_lower"]
    assert width.mean() == pytest.approx(its_width.mean(), rel=0.05)


@pytest.mark.parametrize("symbol", ["AAPL", "IBM"])
def test_the_trading_game_is_played_day_by_day(symbol):
    shown = analysed("evaluate", sample(symbol), nshares=100)
    told = table_of(shown)
    profit, curve = 0.0, [0.0]
    for before, today in zip(told.index, told.index[1:], strict=False):
        if told["predicted"][today] > told["predicted"][before]:
            profit += 100 * (told["actual"][today] - told["actual"][before])
        curve.append(profit)
    assert shown["figures"]["game_profit"] == pytest.approx(profit)
    played = line_of(shown, "following Prophet", panel=1)
    assert played.to_numpy() == pytest.approx(curve, rel=1e-5, abs=1e-3)
    held = 100 * (told["actual"] - told["actual"].iloc[0])
    assert shown["figures"]["buy_and_hold_profit"] == pytest.approx(held.iloc[-1])
    assert line_of(shown, "buy and hold", 1).to_numpy() == pytest.approx(held, rel=1e-5, abs=1e-3)
    assert any("ignores costs" in note for note in shown["notes"])


def test_no_game_is_played_without_shares():
    shown = analysed("evaluate", sample("AAPL"))
    assert len(shown["panels"]) == 1
    assert "game_profit" not in shown["figures"]


def test_nothing_of_the_range_is_known_to_the_fit():
    series = sample("AAPL")
    usual = table_of(analysed("evaluate", series))
    tripled = series.adjusted_close.copy()
    tripled[-200:] *= 3
    series = dataclasses.replace(series, adjusted_close=tripled)
    assert table_of(analysed("evaluate", series))["predicted"].tolist() == (
        usual["predicted"].tolist()
    )


@pytest.mark.parametrize("symbol", ["AAPL", "MSFT"])
def test_each_priors_errors_and_widths_are_the_librarys(symbol):
    shown = analysed("prior_validation", sample(symbol))
    start, end = "2011-03-01", "2012-03-01"
    assert (shown["figures"]["start"], shown["figures"]["end"]) == (start, end)
    told = table_of(shown).set_index("prior")
    actual = frame(symbol)["adj_close"].loc[start:end]
    for prior in STOCKERS_PRIORS:
        fitted, seen = trained_before(symbol, start, prior)
        trained, tested = predicted(fitted, seen.index), predicted(fitted, actual.index)
        row = told.loc[prior]
        assert row["train_error"] == pytest.approx((trained["yhat"] - seen).abs().mean(), rel=1e-6)
        assert row["test_error"] == pytest.approx((tested["yhat"] - actual).abs().mean(), rel=1e-6)
        for name, theirs in (("train_range", trained), ("test_range", tested)):
            width = (theirs["yhat_upper"] - theirs["yhat_lower"]).mean()
            assert row[name] == pytest.approx(width, rel=0.15)  # 1000 draws a year ahead
    assert shown["figures"]["best_prior"] == told["test_error"].idxmin()
    assert shown["figures"]["best_test_error"] == pytest.approx(told["test_error"].min())
    curves = {line["name"]: line["values"] for line in shown["panels"][0]["lines"]}
    assert curves["test"] == pytest.approx(told["test_error"].tolist(), rel=1e-6)
    assert shown["panels"][0]["x"] == STOCKERS_PRIORS


@pytest.mark.parametrize("kind", ["evaluate", "prior_validation"])
def test_a_range_with_too_little_before_it_is_refused_with_the_earliest_day(kind):
    with pytest.raises(InvalidFieldError) as caught:
        analysed(kind, sample("FB"), start="2012-05-21", end="2012-12-31")
    assert caught.value.field == "start"
    earliest = frame("FB").index[30].date()
    assert f"The earliest date for FB is {earliest}" in caught.value.message
    assert analysed(kind, sample("FB"), start=str(earliest), end="2012-12-31")["table"]["rows"]


@pytest.mark.parametrize("kind", ["evaluate", "prior_validation"])
def test_a_short_history_is_refused_by_name(kind):
    with pytest.raises((InvalidFieldError, TooLittleHistoryError)) as caught:
        analysed(kind, of_closes(walk(29)))
    assert "29" in caught.value.detail or "30 prices" in caught.value.detail


def test_a_range_of_two_days_is_enough():
    figures = analysed("evaluate", sample("AAPL"), start="2013-02-28", nshares=1)["figures"]
    assert figures["days_called_up"] + figures["days_called_down"] == 1
    assert None in {figures["accuracy_up"], figures["accuracy_down"]}


@pytest.mark.parametrize("kind", ["evaluate", "prior_validation"])
def test_constant_prices_are_foretold(kind):
    shown = analysed(kind, of_closes(np.full(1200, 12.5), "2009-01-01"))
    error = shown["figures"].get("test_error", shown["figures"].get("best_test_error"))
    assert error == pytest.approx(0.0, abs=1e-6)
