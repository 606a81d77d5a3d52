"""Plainly wrong data: Stockcast reports it with its date and does not let it widen the ranges."""

from dataclasses import replace

import numpy as np
import pytest

from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.models.oddities import notes
from functions.forecast.models.volatility import measures
from functions.forecast.scoring.scores import WIS_LEVELS
from tests.unit.forecast.price_series import days_after, of_closes, sample, walk

ROWS = 1200


def width(closes, days=21):
    series = of_closes(closes)
    quantiles = CalibratedModel().forecast(series, days_after(series, days), WIS_LEVELS).quantiles
    return float(np.ptp(np.log(quantiles[-1, [3, -4]])))


def ticked(at, factor):
    closes = walk(ROWS)
    closes[at] *= factor
    return closes


@pytest.mark.parametrize("factor", [0.01, 0.1, 2.0, 10.0, 100.0])
@pytest.mark.parametrize("at", [5, ROWS - 400, ROWS - 70, ROWS - 10, ROWS - 3])
def test_a_single_tick_hardly_widens_the_ranges_and_is_told_with_its_date(factor, at):
    closes = ticked(at, factor)
    assert width(closes) < 1.25 * width(walk(ROWS))
    told = [note for note in notes(of_closes(closes, "2010-01-01")) if "bad tick" in note]
    day = (np.datetime64("2010-01-01") + at).item()
    times = f"{closes[at] / closes[at - 1]:.2g}"
    assert len(told) == 1
    assert told[0] == (
        f"On {day:%B} {day.day}, {day.year} the price was {times} times that of the days around it."
        " This looks like a bad tick: it does not widen the ranges."
    )


def test_two_hundred_and_forty_days_after_a_tick_of_a_hundred_nothing_is_left_of_it():
    for since in range(2, 240, 20):
        assert width(ticked(ROWS - since, 100.0)) < 1.25 * width(walk(ROWS))


@pytest.mark.parametrize("rows", [5, 20, 70, 300])
@pytest.mark.parametrize("later", [0, 3, 40])
def test_a_flat_stretch_does_not_narrow_the_ranges_and_is_told_with_its_dates(rows, later):
    before = walk(800)
    after = before[-1] * walk(later, start=1.0, seed=2)
    closes = np.concatenate([before, np.full(rows, before[-1]), after])
    moved = np.concatenate([before, after])
    assert width(closes) == pytest.approx(width(moved), rel=0.06)
    told = notes(of_closes(closes, "2010-01-01"))
    first, last = ((np.datetime64("2010-01-01") + at).item() for at in (800, 799 + rows))
    assert len(told) == 1
    assert told[0] == (
        f"The price did not change for {rows} sessions, from {first:%B} {first.day}, {first.year}"
        f" to {last:%B} {last.day}, {last.year}. The ranges do not count them as calm."
    )


def test_four_days_without_a_change_are_days_like_others():
    closes = walk(800)
    closes = np.concatenate([closes, np.full(4, closes[-1])])
    assert notes(of_closes(closes)) == ()
    assert measures(of_closes(closes))[-1, 0] < measures(of_closes(closes))[-5, 0]


@pytest.mark.parametrize("factor", [2, 3, 4, 5, 10, 20, 1 / 2, 1 / 3, 1 / 20])
def test_a_likely_split_is_told_and_is_no_volatility(factor):
    closes = walk(ROWS)
    closes[ROWS - 30 :] *= factor
    assert width(closes) == pytest.approx(width(walk(ROWS)), rel=0.03)
    (told,) = notes(of_closes(closes, "2010-01-01"))
    assert "looks like a split that the prices are not adjusted for" in told
    came = f"rose to {factor} times" if factor > 1 else f"fell to 1/{round(1 / factor)} of"
    day = (np.datetime64("2010-01-01") + ROWS - 30).item()
    assert f"On {day:%B} {day.day}, {day.year} the price {came} that of the day before." in told


def test_a_jump_on_the_last_day_may_be_a_bad_tick_as_well():
    closes = walk(ROWS)
    closes[-1] *= 10
    (told,) = notes(of_closes(closes))
    assert "or like a bad tick: the forecast starts from this price" in told
    closes = np.append(closes, closes[-1])
    assert "bad tick" not in notes(of_closes(closes))[0]


def test_a_crash_is_no_split():
    closes = walk(ROWS)
    closes[ROWS - 30 :] *= 0.6
    assert notes(of_closes(closes)) == ()
    assert width(closes) > 1.05 * width(walk(ROWS))


def test_a_price_that_halves_while_ten_times_the_money_changes_hands_is_no_split():
    closes, volume = walk(ROWS), np.full(ROWS, 1e6)
    closes[ROWS - 30 :] /= 2
    split = replace(of_closes(closes), volume=volume)
    assert "looks like a split" in notes(split)[0]
    volume[ROWS - 30] = 2e7
    assert notes(replace(split, volume=volume)) == ()


def test_what_is_known_at_a_row_does_not_depend_on_later_rows():
    closes = walk(700)
    closes[200:240], closes[300] = closes[199], closes[300] * 10
    closes[400:] /= 2
    series = of_closes(closes)
    whole = measures(series)
    for row in (*range(198, 245), *range(298, 304), *range(398, 404), 699):
        assert measures(series.until(row + 1))[-1] == pytest.approx(whole[row], rel=1e-9), row


def test_of_many_oddities_the_latest_are_told_and_the_rest_counted():
    closes = walk(ROWS)
    closes[100::100] *= 10
    told = notes(of_closes(closes))
    assert len(told) == 4
    assert told[-1] == "The prices have 8 more bad ticks before these."


@pytest.mark.parametrize("symbol", ["AAPL", "GOOG", "IBM", "MSFT", "FB"])
def test_real_prices_have_nothing_to_tell(symbol):
    assert notes(sample(symbol)) == ()
