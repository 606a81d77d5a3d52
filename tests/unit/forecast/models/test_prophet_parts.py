import numpy as np
import pytest

from functions.forecast.models.prophet_model import ProphetModel
from tests.unit.forecast.price_series import on_weekdays, weekdays_after


def fitted(price):
    series = on_weekdays(price)
    ahead = weekdays_after(series, 30)
    model = ProphetModel().fit(series)
    return model, ahead, model.components(model.parts(np.concatenate([model.dates, ahead])))


def noise(rows, size=0.001):
    return np.random.default_rng(7).normal(0.0, size, rows)


def test_the_parts_add_up_to_the_line_in_logs():
    model, ahead, parts = fitted(100 * np.exp(np.cumsum(noise(760, 0.01))))
    trend, yearly, monthly = (
        dict(zip(part.dates.tolist(), part.logs, strict=True))
        for part in (parts.trend, parts.yearly, parts.monthly)
    )
    for day, price in zip(ahead.tolist(), model.line(ahead), strict=True):
        if day in monthly:
            told = np.exp(trend[day] + yearly[day] + monthly[day])
            assert told == pytest.approx(price, rel=1e-9)
    assert len(parts.yearly.dates) == 365
    assert len(parts.monthly.dates) == 31


def test_a_turn_of_the_trend_is_found_with_its_day_sign_and_size():
    rows = np.arange(760)
    price = 100 * np.exp(5e-4 * rows - 1.5e-3 * np.maximum(rows - 400, 0) + noise(760))
    series = on_weekdays(price)
    parts = fitted(price)[2]
    near = np.abs(parts.turns - series.dates[400]) <= np.timedelta64(45, "D")
    assert near[0]
    per_calendar_day = -1.5e-3 * 5 / 7
    assert parts.slope_changes[near].sum() == pytest.approx(per_calendar_day, rel=0.25)
    assert (np.diff(np.abs(parts.slope_changes)) <= 0).all()


def test_a_yearly_wave_is_found_in_the_yearly_part_alone_in_percent():
    rows = np.arange(760)
    day = np.busday_offset("2010-01-04", rows)
    angle = 2 * np.pi * (day - np.datetime64("1970-01-01")).astype(float) / 365.25
    parts = fitted(100 * np.exp(0.05 * np.sin(angle) + noise(760)))[2]
    future = 2 * np.pi * (parts.yearly.dates - np.datetime64("1970-01-01")).astype(float) / 365.25
    assert parts.yearly.percent == pytest.approx(100 * np.expm1(0.05 * np.sin(future)), abs=1.0)
    assert np.abs(parts.monthly.percent).max() < 0.5


def test_a_history_under_two_years_has_no_yearly_part():
    parts = fitted(100 * np.exp(np.cumsum(noise(300, 0.01))))[2]
    assert len(parts.yearly.dates) == 0
    assert len(parts.monthly.dates) == 31


def test_a_constant_price_has_no_turns():
    parts = fitted(np.full(400, 12.5))[2]
    assert len(parts.turns) == 0
    assert np.exp(parts.trend.logs) == pytest.approx(np.full(430, 12.5))
