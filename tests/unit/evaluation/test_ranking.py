"""The chances of each asset's rank."""

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
from functions.forecast.prices.series import PriceSeries
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
    ranking = rank(assets(5, 79), 10)
    assert (ranking.origins, ranking.score, ranking.standard_error) == (0, None, None)


def test_too_few_assets_or_prices_are_refused():
    with pytest.raises(CannotRankError, match="at least 5 assets, but there are 4"):
        rank(assets(4), 1)
    short = dataclasses.replace(of_closes(walk(59)), symbol="SHORT")
    with pytest.raises(CannotRankError, match="at least 60 prices, but SHORT has 59"):
        rank([*assets(5), short], 1)


def test_assets_are_aligned_on_all_their_days_each_with_the_history_it_has():
    early, late = assets(6), assets(7)[6]
    whole = len(early[0])
    late = dataclasses.replace(late, dates=late.dates + (whole - 100)).until(150)
    gappy = early[0]
    kept = np.delete(np.arange(whole), 50)
    gappy = PriceSeries(gappy.symbol, gappy.dates[kept], *[gappy.adjusted_close[kept]] * 6)
    market = Market.of([gappy, *early[1:], late])
    assert len(market.dates) == whole + 50
    assert market.closes[0, 50] == market.closes[0, 49]
    assert np.isnan(market.closes[-1, whole - 101])
    assert market.known(whole - 42).tolist() == [0, 1, 2, 3, 4, 5]
    assert market.known(whole - 41).tolist() == [0, 1, 2, 3, 4, 5, 6]
    ranking = rank([gappy, *early[1:], late], 20)
    assert ranking.origins == 20
    assert ranking.chances.shape == (7, 5)
    assert 0 < ranking.score < 0.3


def test_correlations_stay_usable_where_prices_stand_still():
    still = dataclasses.replace(of_closes(np.full(600, 5.0)), symbol="STILL")
    market = Market.of([*assets(5), still])
    correlations = shrunk_correlations(market, 599)
    assert np.linalg.eigvalsh(correlations).min() > 0
    assert np.diag(correlations) == pytest.approx(1)
