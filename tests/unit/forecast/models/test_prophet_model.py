import numpy as np
import pytest

from functions.common.errors import TooLittleHistoryError
from functions.forecast.models.prophet_model import ProphetModel
from functions.forecast.prices.series import PriceSeries


def a_walk(rows, drift=0.0, seed=7):
    day = np.busday_offset("2010-01-04", np.arange(rows))
    steps = np.random.default_rng(seed).normal(drift, 0.02, rows)
    price = 100 * np.exp(np.cumsum(steps))
    return PriceSeries("TEST", day, price, price, price, price, price, price)


def days_after(series, count):
    return np.busday_offset(series.dates[-1], np.arange(1, count + 1))


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
