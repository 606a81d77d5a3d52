from statistics import NormalDist

import numpy as np
import pytest

from functions.forecast.scoring.scores import (
    WIS_LEVELS,
    conformal_factor,
    diebold_mariano,
    inside,
    weighted_interval_score,
    wilson_interval,
)

QUARTILES = (0.25, 0.5, 0.75)


def test_the_interval_score_is_twice_the_mean_pinball_loss():
    score = weighted_interval_score(np.array([10.0]), np.array([[8.0, 10.0, 13.0]]), QUARTILES)
    assert score == pytest.approx([2 * (0.5 + 0.0 + 0.75) / 3])


def test_an_outcome_on_a_bound_is_inside():
    actual = np.array([8.0, 13.0, 13.1])
    quantiles = np.tile([8.0, 10.0, 13.0], (3, 1))
    assert inside(actual, quantiles, QUARTILES, 50).tolist() == [True, True, False]


def test_levels_that_bound_no_such_interval_are_refused():
    with pytest.raises(ValueError, match="80"):
        inside(np.array([1.0]), np.array([[1.0, 2.0, 3.0]]), QUARTILES, 80)


def test_eight_of_ten_has_wilsons_interval():
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)


def test_a_mean_three_standard_errors_off_has_students_p_value():
    loss = np.tile([0.0, 2.0], 5)
    assert diebold_mariano(loss, np.zeros(10), 0) == pytest.approx(0.01496, abs=1e-3)


def test_equal_or_too_few_losses_are_not_compared():
    assert diebold_mariano(np.ones(20), np.ones(20), 0) is None
    assert diebold_mariano(np.arange(7.0), np.zeros(7), 0) is None


def test_the_conformal_factor_makes_a_narrow_range_hold_what_it_promises():
    random = np.random.default_rng(4)
    actual = 100 * np.exp(random.normal(0.0, 0.3, 400))
    narrow = 100 * np.exp(0.1 * np.array([NormalDist().inv_cdf(level) for level in WIS_LEVELS]))
    quantiles, centre = np.tile(narrow, (400, 1)), np.full(400, 100.0)
    seen, later = slice(None, 200), slice(200, None)
    factor = conformal_factor(actual[seen], centre[seen], quantiles[seen], WIS_LEVELS, 80)
    assert factor == pytest.approx(3.0, rel=0.2)
    wide = 100 * np.exp(factor * np.log(quantiles[later] / 100))
    assert inside(actual[later], wide, WIS_LEVELS, 80).mean() == pytest.approx(0.8, abs=0.07)


def test_too_few_outcomes_or_no_width_give_no_conformal_factor():
    levels, one = (0.1, 0.5, 0.9), np.ones(3)
    wide = np.array([[0.9, 1.0, 1.1]] * 3)
    assert conformal_factor(one, one, wide, levels, 80) is None
    same = np.ones((30, 3))
    assert conformal_factor(np.ones(30), np.ones(30), same, levels, 80) is None
