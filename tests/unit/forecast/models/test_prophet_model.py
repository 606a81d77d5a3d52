import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from functions.common.errors import TooLittleHistoryError
from functions.forecast.models.prophet_model import ProphetModel
from tests.unit.forecast.price_series import on_weekdays
from tests.unit.forecast.price_series import weekdays_after as days_after


def a_walk(rows, drift=0.0, seed=7):
    steps = np.random.default_rng(seed).normal(drift, 0.02, rows)
    return on_weekdays(100 * np.exp(np.cumsum(steps)))


def test_too_little_history_is_refused():
    series = a_walk(29)
    with pytest.raises(TooLittleHistoryError):
        ProphetModel().forecast(series, days_after(series, 5))


def test_prices_of_a_falling_share_stay_positive_and_quantiles_in_order():
    series = a_walk(700, drift=-0.006)
    got = ProphetModel().forecast(series, days_after(series, 500))
    assert (got.quantiles > 0).all()
    assert (got.centre > 0).all()
    assert (np.diff(got.quantiles, axis=1) >= 0).all()


def test_the_same_prices_give_the_same_forecast_bit_for_bit():
    series = a_walk(400)
    one, two = (ProphetModel().forecast(series, days_after(series, 30)) for _ in range(2))
    assert one.quantiles.tobytes() == two.quantiles.tobytes()


@pytest.mark.parametrize("factor", [1e-3, 1 / 30, 1000.0])
def test_the_unit_of_the_price_does_not_matter(factor):
    series = a_walk(700)
    other = dataclasses.replace(series, adjusted_close=series.adjusted_close * factor)
    one, two = (ProphetModel().forecast(of, days_after(of, 30)) for of in (series, other))
    assert two.quantiles == pytest.approx(one.quantiles * factor, rel=1e-6)


def test_two_at_once_give_what_each_gives_alone():
    series = [a_walk(400, seed=seed) for seed in range(4)]
    alone = [ProphetModel().forecast(one, days_after(one, 30)).quantiles for one in series]
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ProphetModel().forecast, one, days_after(one, 30)) for one in series]
    for expected, got in zip(alone, asked, strict=True):
        assert got.result().quantiles.tobytes() == expected.tobytes()


def test_the_callers_own_random_numbers_are_left_alone():
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    ProphetModel().forecast(a_walk(100), days_after(a_walk(100), 5))
    assert np.random.random() == expected  # noqa: NPY002


def test_a_backtest_has_at_least_24_origins_where_the_history_allows():
    assert 24 <= ProphetModel().backtest(a_walk(900), 21).origins <= 40
