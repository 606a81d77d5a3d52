"""Compares the other parts of a result with plain calculations."""

import json
import math
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from functions.common.cloudevents.event import json_bytes
from functions.forecast import models, result
from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.models.prediction import Past, Prediction
from functions.forecast.scoring.scores import WIS_LEVELS
from tests.unit.forecast.ingested import ingested
from tests.unit.forecast.price_series import days_after, of_closes, sample, walk

GAUSSIAN = np.array([NormalDist().inv_cdf(level) for level in WIS_LEVELS])


def answer(series, days=45, model="calibrated", today=date(2013, 3, 4), **stored):
    event, prices = ingested(series, days=days, model=model, **stored)
    return json.loads(result.answer(event, prices, series, models.named(model), today))


def prediction(quantiles):
    quantiles = np.asarray(quantiles, dtype=np.float64)
    day, none = np.array(["2013-03-04"], dtype="datetime64[D]"), Past(np.empty(0))
    return Prediction(day, WIS_LEVELS, quantiles[None, :], quantiles[11:12], none)


@pytest.mark.parametrize("price", [60.0, 99.0, 100.0, 101.0, 108.0, 180.0])
def test_the_chance_to_be_higher_is_that_of_the_distribution(price):
    deviation = 0.1
    log_normal = prediction(100.0 * np.exp(deviation * GAUSSIAN))
    chance = 1 - NormalDist(math.log(100.0), deviation).cdf(math.log(price))
    assert log_normal.probability_above(price) == pytest.approx(chance, abs=1e-9)


def test_the_chance_between_quantiles_lies_between_their_levels():
    skewed = prediction(np.cumsum(np.linspace(1, 5, len(WIS_LEVELS))))
    for at, level in enumerate(WIS_LEVELS):
        price = skewed.quantiles[0, at]
        assert skewed.probability_above(price) == pytest.approx(1 - level)
    assert 0.5 < skewed.probability_above(skewed.quantiles[0, 11] - 0.1) < 0.55


@pytest.mark.parametrize(("price", "chance"), [(9.0, 1.0), (10.0, 0.0), (11.0, 0.0)])
def test_a_price_that_cannot_move_is_surely_above_what_is_below_it(price, chance):
    assert prediction(np.full(len(WIS_LEVELS), 10.0)).probability_above(price) == chance


@pytest.mark.parametrize("model", ["calibrated", "prophet"])
def test_a_result_says_how_likely_a_higher_price_is(model):
    series = sample("AAPL")
    document = answer(series, model=model)
    dates = np.array(document["forecast"]["dates"], dtype="datetime64[D]")
    levels = np.linspace(0.001, 0.999, 999)
    quantiles = models.named(model).forecast(series, dates, tuple(levels)).quantiles[-1]
    above = float((quantiles > series.adjusted_close[-1]).mean())
    assert document["probability_higher"] == pytest.approx(above, abs=0.01)


def test_a_result_has_the_random_walk_of_three_years_beside_it():
    series = sample("IBM")
    document = answer(series, days=30)
    walk_shown, days = document["random_walk"], len(document["forecast"]["dates"])
    returns = np.log(pd.Series(series.adjusted_close)).diff()
    spread = returns.tail(756).std(ddof=0) * np.sqrt(np.arange(1, days + 1))
    last = series.adjusted_close[-1]
    assert walk_shown["mean"] == pytest.approx([last] * days, rel=1e-6)
    assert walk_shown["lo80"] == pytest.approx(last * np.exp(-1.2815516 * spread), rel=1e-5)
    assert walk_shown["hi80"] == pytest.approx(last * np.exp(1.2815516 * spread), rel=1e-5)


def test_a_result_passes_on_the_notes_about_its_prices():
    told = ("Tiingo gave 2 rows without a date; they are left out.",)
    assert answer(sample("IBM"), notes=told)["data"]["notes"] == [*told]
    assert answer(sample("IBM"))["data"]["notes"] == []


def test_prices_that_ended_long_ago_are_said_to_have_in_headline_and_notes():
    said = "The prices of IBM end on March 1, 2013."
    tenth, eleventh = date(2013, 3, 15), date(2013, 3, 18)  # sessions later, over weekends
    for today in (date(2013, 2, 1), tenth, date(2013, 3, 17)):
        document = answer(sample("IBM"), today=today)
        assert said not in [document["message"], *document["data"]["notes"]]
    for today in (eleventh, date(2026, 1, 1), date(2100, 1, 1)):
        document = answer(sample("IBM"), today=today)
        assert document["message"].endswith(said)
        assert said in document["data"]["notes"]


def test_the_band_over_the_past_is_what_was_forecast_the_day_before():
    series = sample("MSFT")
    history = answer(series)["history"]
    shown = len(history["dates"])
    for row in (1, 7, shown // 2, shown - 1):
        known = series.until(len(series) - shown + row)
        low, high = CalibratedModel().forecast(known, days_after(known, 1), (0.1, 0.9)).quantiles[0]
        assert [history["lo80"][row], history["hi80"][row]] == pytest.approx([low, high], rel=1e-5)
    inside = [
        low <= close <= high
        for low, close, high in zip(history["lo80"], history["close"], history["hi80"], strict=True)
    ]
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)


def test_the_band_is_empty_where_too_few_prices_came_before():
    history = answer(of_closes(walk(40), "2013-01-01"))["history"]
    assert history["lo80"][:30] == history["hi80"][:30] == [None] * 30
    assert None not in history["lo80"][30:] + history["hi80"][30:]
    thirty = answer(of_closes(walk(30), "2013-01-01"))["history"]
    assert thirty["lo80"] == [None] * 30


def test_prophet_has_no_band_of_the_day_before():
    history = answer(sample("FB"), model="prophet")["history"]
    assert set(history["lo80"]) == set(history["hi80"]) == {None}
    assert len(history["lo80"]) == len(history["dates"])


@pytest.mark.parametrize("model", ["calibrated", "prophet"])
def test_absurd_prices_give_a_result_that_json_holds(model):
    closes = np.where(np.arange(300) % 2, 1e10, 1e-6)
    assert json_bytes(answer(of_closes(closes, "2012-01-01"), 3650, model))


def test_what_does_not_depend_on_the_question_is_computed_once_a_stock():
    series, other = sample("IBM"), sample("MSFT")
    first, *rest = (
        models.named("calibrated").forecast(of, days_after(of, steps)).past
        for of, steps in ((series, 5), (series, 90), (other, 5))
    )
    assert rest[0] is first
    assert rest[1] is not first


def test_what_is_kept_of_stocks_changes_no_answer():
    series, other = sample("IBM"), sample("MSFT")
    for days in (30, 250, 31):
        for of in (series, other):
            assert answer(of, days) == answer(of.until(len(of)), days)
    shorter = series.until(len(series) - 200)
    assert answer(shorter)["history"]["dates"][-1] == shorter.dates[-1].item().isoformat()
