"""Chances of each asset's place."""

import dataclasses

import numpy as np
import pytest

from evaluation.ranking import (
    CannotRankError,
    Market,
    fifths,
    rank,
    ranked_probability_score,
    shrunk_correlations,
)
from tests.unit.forecast.price_series import of_closes, walk


def assets(count, rows=600, deviations=(0.02,)):
    return [
        dataclasses.replace(
            of_closes(walk(rows, deviations[number % len(deviations)], seed=number)),
            symbol=f"A{number}",
        )
        for number in range(count)
    ]


def test_a_fifth_each_scores_as_in_the_competition():
    came = fifths(np.random.default_rng(1).normal(size=(1, 100)))[0]
    assert np.bincount(came).tolist() == [20] * 5
    assert ranked_probability_score(np.full((100, 5), 0.2), came) == pytest.approx(0.16)


def test_certainty_that_comes_true_scores_nothing():
    came = np.array([0, 1, 2, 3, 4])
    assert ranked_probability_score(np.eye(5), came) == 0


def test_volatile_assets_are_given_the_outer_fifths_and_that_scores_better():
    ranking = rank(assets(20, 1500, (0.005, 0.04)), 40)
    calm, wild = ranking.chances[0::2].mean(axis=0), ranking.chances[1::2].mean(axis=0)
    assert wild[0] > 0.25
    assert calm[0] < 0.15
    assert ranking.chances.sum(axis=1) == pytest.approx(1)
    assert ranking.uniform == pytest.approx(0.16)
    assert ranking.score < 0.155
    assert ranking.origins == 40


def test_the_same_prices_give_the_same_chances():
    first, second = (rank(assets(6), 3) for _ in range(2))
    assert first.chances.tolist() == second.chances.tolist()
    assert first.score == second.score


def test_a_short_history_is_ranked_but_not_scored():
    ranking = rank(assets(5, 255), 10)
    assert (ranking.origins, ranking.score, ranking.standard_error) == (0, None, None)


def test_too_few_assets_or_common_days_are_refused():
    with pytest.raises(CannotRankError, match="at least 5 assets; there are 4"):
        rank(assets(4), 1)
    late = dataclasses.replace(of_closes(walk(300), first="1991-01-01"), symbol="LATE")
    with pytest.raises(CannotRankError, match="LATE, for one, begins on 1991-01-01"):
        rank([*assets(5), late], 1)


def test_correlations_stay_usable_where_prices_stand_still():
    still = dataclasses.replace(of_closes(np.full(600, 5.0)), symbol="STILL")
    market = Market.of([*assets(5), still])
    correlations = shrunk_correlations(market, 599)
    assert np.linalg.eigvalsh(correlations).min() > 0
    assert np.diag(correlations) == pytest.approx(1)
