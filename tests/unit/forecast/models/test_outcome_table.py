"""Which table the model uses for which asset."""

from dataclasses import replace

import numpy as np
import pytest

from bench.shipped import simulated_prices
from functions.common.prices.instrument import Instrument
from functions.forecast.models import outcome_table
from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.scoring.scores import WIS_LEVELS, inside
from tests.unit.forecast.price_series import days_after, of_closes, walk

MIDDLE = (0.5,)


def of(calendar):
    return replace(of_closes(walk(1200)), instrument=Instrument(calendar=calendar))


def middle(series):
    return CalibratedModel().forecast(series, days_after(series, 63), MIDDLE).quantiles[-1, 0]


def test_only_stocks_are_expected_to_rise():
    last = of("XNYS").adjusted_close[-1]
    assert middle(of("XNYS")) > last
    assert middle(of("")) == middle(of("XNYS")) == middle(of("XLON"))
    assert middle(of("24/5")) == pytest.approx(last)
    assert middle(of("24/7")) == pytest.approx(last)


def test_the_ranges_hold_what_they_promise_on_made_up_prices_of_all_week():
    all_week = Instrument(calendar="24/7")
    tested = [replace(one, instrument=all_week) for one in simulated_prices.series(24, seed=2)]
    for horizon in (5, 21, 63):
        held = []
        for series in tested:
            origins = np.arange(500, len(series) - horizon - 1, 13)
            steps = np.array([horizon])
            quantiles = CalibratedModel().quantiles(series, origins, steps, WIS_LEVELS)[:, 0]
            actual = series.adjusted_close[origins + horizon]
            held.append([inside(actual, quantiles, WIS_LEVELS, each).mean() for each in (80, 95)])
        assert np.mean(held, axis=0) == pytest.approx([0.80, 0.95], abs=0.03)


@pytest.mark.parametrize("calendar", ["", "24/5", "24/7"])
def test_each_table_adds_up(calendar):
    table = outcome_table.load(calendar)
    assert table.weights.sum(axis=1) == pytest.approx(1, abs=0.001)
    assert (np.diff(table.quantiles, axis=1) > 0).all()
