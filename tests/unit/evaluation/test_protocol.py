"""The evaluation protocol and its scores."""

import numpy as np
import pytest

from evaluation.protocol import WALK, Protocol, choose_origins, evaluate, regimes
from evaluation.summary import summarise
from tests.unit.forecast.price_series import of_closes, walk

PROTOCOL = Protocol(("calibrated",), (2, 5), 12)


def test_origins_start_after_the_training_years_and_leave_room_for_the_outcome():
    series = of_closes(walk(1000))
    origins = choose_origins(series, PROTOCOL)
    assert (origins[0], origins[-1], len(origins)) == (756, 994, 12)
    assert choose_origins(of_closes(walk(400)), PROTOCOL)[0] == 252
    assert len(choose_origins(of_closes(walk(256)), PROTOCOL)) == 0


def test_origins_keep_within_the_dates_asked_for():
    series = of_closes(walk(1000))
    limits = (str(series.dates[800]), str(series.dates[900]))
    origins = choose_origins(series, Protocol((), (5,), 10, *limits))
    assert (origins[0], origins[-1]) == (800, 895)


def test_what_comes_after_an_outcome_does_not_change_its_score():
    closes = walk(1000)
    protocol = Protocol(("calibrated", "prophet"), (5,), 3, until="1992-09-01")
    cut = evaluate(of_closes(closes[:990]), protocol)
    spoiled = closes.copy()
    spoiled[990:] *= 100
    whole = evaluate(of_closes(spoiled), protocol)
    for key, scores in cut.scores.items():
        assert scores.wis.tolist() == whole.scores[key].wis.tolist()


def test_the_walk_is_its_own_measure_and_wins_on_its_own_ground():
    evaluated = [evaluate(of_closes(walk(3000, seed=seed)), PROTOCOL) for seed in range(8)]
    summary = summarise(evaluated, ["SHORT"])
    by_model = {(row.model, row.horizon): row for row in summary.rows}
    own = by_model[WALK, 5]
    assert (own.wis_ratio.value, own.wis_ratio.low, own.wis_ratio.high) == (1, 1, 1)
    ours = by_model["calibrated", 5]
    assert ours.wis_ratio.low < ours.wis_ratio.value < ours.wis_ratio.high
    assert ours.wis_ratio.value == pytest.approx(1, abs=0.03)
    assert ours.coverage[80].low < 80 < ours.coverage[80].high
    assert own.below == sorted(own.below)
    assert summary.origins == 96
    assert summary.document()["rows"][0]["coverage"][50]["value"] > 0


def test_regimes_are_thirds_by_the_last_month():
    closes = np.r_[walk(400, 0.001), walk(400, 0.05)]
    found = regimes(of_closes(closes), np.array([100, 200, 300, 500, 600, 700]))
    assert found[:3].max() <= found[3:].min()
    assert np.bincount(found).tolist() == [2, 2, 2]


def test_series_of_different_lengths_go_together():
    evaluated = [evaluate(of_closes(walk(rows)), Protocol((), (5,), 40)) for rows in (264, 2000)]
    summary = summarise(evaluated, [])
    assert summary.origins == 7 + 40
    assert np.isfinite(summary.rows[0].coverage[80].value)
