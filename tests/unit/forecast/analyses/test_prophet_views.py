"""Compares components, predict_future and prior_analysis with the Prophet library's own output."""

import numpy as np
import pandas as pd
import pytest

from functions.common.prices import calendars
from tests.unit.forecast.analyses.asking import (
    STOCKERS_PRIORS,
    analysed,
    fitted_by_both,
    frame,
    line_of,
    predicted,
    table_of,
    with_parameters_of,
)
from tests.unit.forecast.price_series import of_closes, sample, walk


@pytest.mark.parametrize("symbol", ["AAPL", "IBM"])
def test_components_are_the_librarys(symbol):
    shown = analysed("components", sample(symbol))
    fitted = with_parameters_of(*fitted_by_both(symbol))
    trend, yearly, monthly = (
        line_of(shown, name, panel)
        for panel, name in enumerate(("trend", "yearly part", "monthly part"))
    )
    assert trend.to_numpy() == pytest.approx(predicted(fitted, trend.index)["trend"], rel=1e-6)
    for name, part in (("yearly", yearly), ("monthly", monthly)):
        assert part.to_numpy() == pytest.approx(predicted(fitted, part.index)[name], abs=1e-4)
    assert (len(yearly), len(monthly)) == (365, 31)
    expected = predicted(fitted, [trend.index[-400], trend.index[-1]])["trend"]
    assert shown["figures"]["trend"] == pytest.approx(expected.iloc[-1], rel=1e-6)
    swing = shown["figures"]["yearly_swing_percent"]
    assert swing == pytest.approx(yearly.max() - yearly.min(), abs=1e-3)
    assert [panel["unit"] for panel in shown["panels"]] == ["money", "percent", "percent"]


def test_the_growth_is_that_of_the_trends_last_stretch():
    shown = analysed("components", sample("AAPL"))
    trend = line_of(shown, "trend")
    days = (trend.index[-1] - trend.index[-40]).days
    growth = 100 * ((trend.iloc[-1] / trend.iloc[-40]) ** (365.25 / days) - 1)
    assert shown["figures"]["yearly_growth_percent"] == pytest.approx(growth, rel=1e-3)


def test_the_trends_interval_ahead_is_the_librarys_and_that_of_the_curve():
    shown = analysed("components", sample("MSFT"), days=180)
    fitted = with_parameters_of(*fitted_by_both("MSFT"))
    told = table_of(shown)
    told = told[told["part"] == "trend"]
    ahead = told[told.index > "2013-03-01"]
    theirs = predicted(fitted, ahead.index)
    width = ahead["high"] - ahead["low"]
    its_width = (theirs["trend_upper"] - theirs["trend_lower"]).to_numpy()
    late = slice(len(ahead) // 2, None)
    wider = width.to_numpy()[late] / its_width[late]
    assert wider.min() > 0.95
    assert wider.max() < 1.8


def test_settings_reach_the_fit():
    stiff = analysed("components", sample("AAPL"), changepoint_prior=0.001)
    short = analysed("components", sample("AAPL"), training_years=1)
    usual = analysed("components", sample("AAPL"))
    assert len({one["figures"]["trend"] for one in (stiff, short, usual)}) == 3
    assert len(line_of(stiff, "trend")) == len(line_of(usual, "trend"))
    assert line_of(short, "trend").index[0] >= pd.Timestamp("2012-03-01")
    assert short["notes"][0] == "There are too few prices for a yearly part."
    assert short["figures"]["yearly_swing_percent"] is None


def test_the_intervals_hold_the_true_curves_where_prices_are_as_prophet_thinks():
    """Coverage over simulated stocks of a known yearly wave: 80% within sampling error."""
    rows = 760
    dates = np.busday_offset("2010-01-04", np.arange(rows))
    wave = 2 * np.pi / 365.25
    held = []
    for seed in range(30):
        noise = np.random.default_rng(seed).normal(0.0, 0.02, rows)
        angle = wave * (dates - np.datetime64("1970-01-01")).astype(float)
        price = 100 * np.exp(2e-4 * np.arange(rows) + 0.05 * np.sin(angle) + noise)
        series = of_closes(price)
        object.__setattr__(series, "dates", dates)
        told = table_of(analysed("components", series))
        told = told[told["part"] == "yearly"].iloc[::15]
        future = wave * (pd.to_datetime(told.index) - pd.Timestamp("1970-01-01")).days
        true = 100 * np.expm1(0.05 * np.sin(future.to_numpy()))
        held.append(((told["low"] <= true) & (true <= told["high"])).mean())
    assert np.mean(held) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("symbol", ["AAPL", "MSFT"])
def test_the_days_ahead_are_the_librarys_with_its_interval(symbol):
    shown = analysed("predict_future", sample(symbol))
    fitted = with_parameters_of(*fitted_by_both(symbol))
    told = table_of(shown)
    days = pd.to_datetime(told.index)
    assert days[-1] == pd.Timestamp("2013-04-01")  # 30 days on is a Sunday
    assert all(calendars.named("XNYS").is_session(day.date()) for day in days)
    theirs = predicted(fitted, [pd.Timestamp("2013-03-01"), *days])
    assert told["estimate"].to_numpy() == pytest.approx(theirs["yhat"][1:], rel=1e-6)
    change = theirs["yhat"].diff()[1:]
    assert told["change"].to_numpy() == pytest.approx(change, abs=1e-5)
    assert told["direction"].tolist() == ["up" if step > 0 else "down" for step in change]
    assert shown["figures"]["days_up"] == (change > 0).sum()
    assert shown["figures"]["days_down"] == (change <= 0).sum()
    width = (told["high"] - told["low"]).to_numpy()
    its_width = (theirs["yhat_upper"] - theirs["yhat_lower"])[1:].to_numpy()
    assert width.mean() == pytest.approx(its_width.mean(), rel=0.05)  # not twice it
    assert told["range"].to_numpy() == pytest.approx(width)
    middle = np.sqrt(told["low"] * told["high"])
    assert told["estimate"].to_numpy() == pytest.approx(middle, rel=0.02)


def test_fits_by_prior_are_the_librarys_180_days_on():
    shown = analysed("prior_analysis", sample("AAPL"))
    told = table_of(shown).set_index("prior")
    assert told.index.tolist() == STOCKERS_PRIORS
    assert shown["figures"]["target_date"] == "2013-08-28"
    prices = frame("AAPL")["adj_close"]
    for prior in STOCKERS_PRIORS:
        fitted = with_parameters_of(*fitted_by_both("AAPL", prior=prior))
        line = line_of(shown, f"prior {prior:g}")
        theirs = predicted(fitted, line.index)
        assert line.to_numpy() == pytest.approx(theirs["yhat"], rel=1e-5)
        past = theirs.loc[: prices.index[-1]]
        error = (past["yhat"] - prices[past.index]).abs().mean()
        assert told.loc[prior, "train_error"] == pytest.approx(error, rel=1e-6)
        width = theirs["yhat_upper"].iloc[-1] - theirs["yhat_lower"].iloc[-1]
        assert told.loc[prior, "range"] == pytest.approx(width, rel=0.15)
    assert shown["figures"]["lowest_estimate"] == pytest.approx(told["estimate"].min())
    assert told["train_error"].is_monotonic_decreasing


def test_priors_do_not_depend_on_each_other():
    shown = analysed("prior_analysis", sample("IBM"), priors=[0.1])
    assert "this changepoint prior puts IBM at $" in shown["message"]
    alone = table_of(shown).iloc[0]
    among = table_of(analysed("prior_analysis", sample("IBM"), priors=[5, 0.1, 0.01])).iloc[1]
    assert alone.tolist() == among.tolist()


@pytest.mark.parametrize("kind", ["components", "predict_future", "prior_analysis"])
def test_constant_prices_and_thirty_rows_are_taken(kind):
    for series in (of_closes(np.full(800, 12.5)), of_closes(walk(30))):
        shown = analysed(kind, series)
        assert shown["message"]
        assert shown["panels"]
    flat = table_of(analysed("prior_analysis", of_closes(np.full(800, 12.5))))
    assert flat["estimate"].to_numpy() == pytest.approx(12.5)
