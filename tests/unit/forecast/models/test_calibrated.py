"""The calibrated model: rules for any prices, and its behavior on real ones."""

import dataclasses
import hashlib
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.common.errors import TooLittleHistoryError
from functions.forecast import models
from functions.forecast.models import moves, outcome_table
from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.models.own_record import outcomes_so_far, width_factors
from functions.forecast.models.volatility import LEAST_DEVIATION, daily_deviation, measures
from functions.forecast.prices.series import PriceSeries
from functions.forecast.scoring import backtest
from functions.forecast.scoring.scores import WIS_LEVELS
from tests.support.python import printed
from tests.unit.forecast.price_series import days_after, of_closes, sample, walk

TEN_YEARS = 2520


def check(series, days=TEN_YEARS):
    prediction = CalibratedModel().forecast(series, days_after(series, days), WIS_LEVELS)
    assert prediction.quantiles.shape == (days, len(WIS_LEVELS))
    assert np.isfinite(prediction.quantiles).all()
    assert (prediction.quantiles > 0).all()
    assert (np.diff(prediction.quantiles, axis=1) >= 0).all()
    assert (prediction.centre > 0).all()
    assert np.isfinite(prediction.centre).all()
    assert np.isnan(prediction.past.fitted[0])
    assert (prediction.past.fitted[1:] > 0).all()
    return prediction


@st.composite
def histories(draw):
    """Anything that passes ingest: walks in all sizes, flat stretches, jumps, gaps, odd columns."""
    rows = draw(st.integers(30, 700))
    start = draw(st.floats(1e-4, 1e6))
    deviation = draw(st.sampled_from([0.0, 1e-5, 0.01, 0.05, 0.5]))
    closes = walk(rows, deviation, start, draw(st.integers(0, 1000)))
    for at in draw(st.lists(st.integers(0, rows - 1), max_size=3)):
        closes[at:] *= draw(st.sampled_from([0.01, 0.5, 2.0, 100.0]))
    if draw(st.booleans()):
        halt = draw(st.integers(0, rows - 1))
        closes[halt : halt + 100] = closes[halt]
    if draw(st.booleans()):
        closes = np.maximum(np.round(closes, 2), 0.01)
    closes = np.clip(closes, 1e-6, 1e12)
    series = of_closes(closes)
    cell = st.sampled_from([np.nan, np.inf, -1.0, 0.0, 1e-9, 0.9, 1.0, 1.1, 1e9])
    odd = [draw(st.lists(cell, min_size=3, max_size=3)) for _ in range(4)]
    columns = [np.resize(values, rows) * closes for values in odd]
    if draw(st.booleans()):
        series = PriceSeries("X", series.dates, *columns, series.volume, closes)
    gap = draw(st.integers(0, 2000))
    later = np.where(np.arange(rows) > rows // 2, gap, 0).astype("timedelta64[D]")
    return dataclasses.replace(series, dates=series.dates + later)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_quantiles_are_positive_finite_and_never_cross(series):
    check(series, 300)


@settings(max_examples=50, deadline=None)
@given(histories(), st.sampled_from([1, 5, 31, 300]))
def test_a_backtest_of_any_history_is_made_of_numbers(series, horizon):
    record = CalibratedModel().backtest(series, horizon)
    assert record.verdict
    for score in (record.mase, record.wis_ratio, record.coverage80):
        assert score is None or np.isfinite(score)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(1e-320, 1.7e308), min_size=30, max_size=60))
def test_prices_at_the_ends_of_float64_stay_prices(closes):
    check(of_closes(closes), 40)


@pytest.mark.parametrize("rows", [0, 1, 29])
def test_under_thirty_rows_are_refused_with_the_number_needed(rows):
    series = of_closes(walk(rows))
    with pytest.raises(TooLittleHistoryError, match=f"{rows} daily prices.*at least 30"):
        CalibratedModel().forecast(series, np.array(["2020-01-01"], dtype="datetime64[D]"))


def test_thirty_rows_give_a_wider_range_and_say_so():
    series = of_closes(walk(30))
    careless = CalibratedModel(dataclasses.replace(outcome_table.load(), short_history=0.0))
    usual = careless.forecast(series, days_after(series, 21), WIS_LEVELS)
    wide = check(series, 21)
    spread = [np.ptp(np.log(each.quantiles[-1, [2, -3]])) for each in (wide, usual)]
    assert spread[0] > 1.1 * spread[1]
    assert wide.note == "It uses only 30 daily prices, so its range is wider than usual."
    assert check(of_closes(walk(252)), 21).note == ""


def test_constant_prices_stay_where_they_are():
    prediction = check(of_closes(np.full(500, 12.5)))
    assert prediction.quantiles[20] == pytest.approx(12.5, rel=0.01)


def test_a_penny_stock_keeps_positive_prices():
    closes = np.maximum(np.round(walk(800, 0.08, 0.02), 4), 0.0001)
    check(of_closes(closes))


@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_a_jump_of_a_hundred_widens_the_range_but_not_for_ever(factor):
    closes = walk(1200, 0.02)
    calm = check(of_closes(closes), 21)
    for rows, most in ((1000, 3.0), (1199, 3.0), (600, 1.5)):
        jumped = closes.copy()
        jumped[rows:] *= factor
        wide = check(of_closes(jumped), 21)
        spread = [np.ptp(np.log(each.quantiles[-1, [2, -3]])) for each in (wide, calm)]
        assert spread[0] < most * spread[1]


def test_forty_years_and_ten_years_ahead():
    prediction = check(of_closes(walk(40 * 252)))
    spread = np.log(prediction.quantiles[:, -3] / prediction.quantiles[:, 2])
    assert spread[-1] == pytest.approx(spread[TEN_YEARS // 4 - 1] * 2, rel=0.05)


def test_a_halt_ends_without_trouble():
    closes = walk(600)
    closes[300:420] = closes[300]
    check(of_closes(closes))
    check(of_closes(closes[:420]))


def test_a_forecast_starts_at_the_last_price_and_widens():
    series = sample("AAPL")
    prediction = check(series, 63)
    assert prediction.centre[0] == pytest.approx(series.adjusted_close[-1], rel=0.005)
    width = prediction.quantiles[:, -4] - prediction.quantiles[:, 3]
    assert (np.diff(width) > 0).all()
    assert prediction.past.fitted[1:] == pytest.approx(series.adjusted_close[:-1], rel=0.01)


def test_each_origin_of_a_backtest_knows_only_what_came_before():
    series, model = sample("IBM"), CalibratedModel()
    horizon = 21
    origins = backtest.choose_origins(len(series), horizon)
    at_once = model.quantiles(series, origins, np.array([horizon]), WIS_LEVELS)[:, 0]
    for row in (0, 1, len(origins) // 2, len(origins) - 1):
        known = series.until(origins[row] + 1)
        alone = model.forecast(known, days_after(known, horizon), WIS_LEVELS)
        assert at_once[row] == pytest.approx(alone.quantiles[-1], rel=1e-9)


def test_the_backtest_of_real_prices_beats_the_walk_and_holds_its_ranges():
    records = [CalibratedModel().backtest(sample(s), 21) for s in ("AAPL", "IBM", "MSFT")]
    assert all(record.origins >= 24 for record in records)
    assert np.mean([record.wis_ratio for record in records]) < 1
    assert np.mean([record.coverage80 for record in records]) == pytest.approx(0.8, abs=0.05)
    assert np.mean([record.coverage95 for record in records]) == pytest.approx(0.95, abs=0.03)


def test_a_history_too_short_for_a_backtest_says_so():
    record = CalibratedModel().backtest(of_closes(walk(62)), 30)
    assert record.origins == 0
    assert "too short" in record.verdict


def test_levels_outside_the_table_are_taken():
    series = sample("MSFT")
    levels = (0.001, 0.01, 0.012, 0.5, 0.99, 0.9999)
    quantiles = CalibratedModel().forecast(series, days_after(series, 5), levels).quantiles
    assert (np.diff(quantiles, axis=1) > 0).all()


def test_the_answer_is_the_same_in_another_process():
    code = (
        "import hashlib, numpy as np\n"
        "from functions.forecast.models import named\n"
        "from tests.unit.forecast.price_series import days_after, sample\n"
        "s = sample('GOOG')\n"
        "p = named('calibrated').forecast(s, days_after(s, 2520))\n"
        "print(hashlib.sha256(p.quantiles.tobytes() + p.past.fitted.tobytes()).hexdigest())\n"
    )
    there = printed(code, env={"PYTHONPATH": ".", "OPENBLAS_NUM_THREADS": "1"})
    series = sample("GOOG")
    here = models.named("calibrated").forecast(series, days_after(series, 2520))
    digest = hashlib.sha256(here.quantiles.tobytes() + here.past.fitted.tobytes()).hexdigest()
    assert there.strip() == digest


def test_a_split_is_no_move():
    closes = walk(60)
    traded = closes.copy()
    traded[:40] *= 2
    columns = (traded * 1.001, traded * 1.01, traded * 0.99, traded)
    none = np.full(60, np.nan)
    series = PriceSeries("X", of_closes(closes).dates, *columns, none, closes)
    assert daily_deviation(series, moves.returns(closes))[40] < 0.1


def test_a_range_that_cannot_be_is_not_used():
    closes = walk(60)
    change, none = moves.returns(closes), np.full(60, np.nan)
    dates = of_closes(closes).dates
    above = PriceSeries("X", dates, closes, closes * 0.98, closes * 0.9, closes, none, closes)
    assert daily_deviation(above, change) == pytest.approx(np.abs(change))


def test_volatility_is_of_a_day():
    known = measures(of_closes(walk(3000, 0.02)))
    assert known[-1, 3:5] == pytest.approx(0.02, rel=0.1)
    assert (known >= LEAST_DEVIATION).all()


def test_a_stock_that_moved_more_than_forecast_gets_wider_ranges():
    table = outcome_table.load()
    of_walk = moves.of(of_closes(walk(3000, 0.02)))
    known = np.full((3000, 6), 0.01)
    origins = np.array([200, 2999])
    so_far = partial(outcomes_so_far, of_walk, known, table)
    factors = width_factors(so_far, origins, table, np.arange(2))
    assert 1 < factors[0, 0] < factors[1, 0] < 2.1
    assert (factors[:, 2:] == 1).all()


def test_the_table_is_read_at_any_level_and_horizon():
    table = outcome_table.load()
    assert table.multiples(WIS_LEVELS) == pytest.approx(table.quantiles)
    assert table.at(table.usual, np.array([21, 252, 2520]))[1:] == pytest.approx(table.usual[-1])
    assert table.at(table.usual, np.array([21]))[0] == table.usual[6]
