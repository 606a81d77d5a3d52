"""The conformal part: how wide past forecasts of this stock should have been.

It compares each past day's forecast with its outcome. The mean size of these outcomes, divided by
its usual value, scales the width. This is normalized split-conformal prediction with the scale as
the score (Lei et al. 2018, section 5.2). The factor is shrunk towards 1, because one stock's record
is short and its horizons overlap.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from functions.forecast.arrays import Floats, Ints
from functions.forecast.models.moves import Moves
from functions.forecast.models.outcome_table import OutcomeTable

FIRST_JUDGED = 126
"""Forecasts from fewer rows of history do not count as evidence."""


def outcomes_so_far(moves: Moves, measures: Floats, table: OutcomeTable, column: int) -> Floats:
    """The running total of a stock's outcomes over the fitted horizon `column`.

    Entry i is the sum of the first i sizes. Each is in units of its forecast deviation and cut at
    the table's cap. The first outcome belongs to the forecast at row FIRST_JUDGED. An outcome that
    starts or ends in a flat stretch is not evidence, so it gets the usual size.
    """
    log_price, is_flat = moves.log_price, moves.is_flat
    horizon = int(table.horizons[column])
    made, came = slice(FIRST_JUDGED, -horizon), slice(FIRST_JUDGED + horizon, None)
    width = deviations(measures[made], table.weights[column : column + 1])[:, 0]
    outcome = np.abs(log_price[came] - log_price[made]) / (width * np.sqrt(horizon))
    outcome = np.minimum(outcome, table.outcome_cap)
    outcome[is_flat[made] | is_flat[came]] = table.usual[column]
    return np.concatenate(([0.0], np.cumsum(outcome)))


def width_factors(
    so_far: Callable[[int], Floats], origins: Ints, table: OutcomeTable, fitted: Ints
) -> Floats:
    """The factors (len(origins), g) of the width at each origin and fitted horizon.

    Computes only the columns `fitted` of the table's horizons. The others are 1. `so_far` returns
    `outcomes_so_far` of a column. A forecast counts if its outcome is known at the origin and it is
    among the last `record_rows`.
    """
    factors = np.ones((len(origins), len(table.horizons)))
    for column in fitted:
        horizon, total = int(table.horizons[column]), so_far(int(column))
        stop = np.maximum(origins - horizon + 1 - FIRST_JUDGED, 0)
        start = np.maximum(stop - table.record_rows, 0)
        count = stop - start
        mean = (total[stop] - total[start]) / np.maximum(count, 1) / table.usual[column]
        worth = count / horizon
        prior = table.prior_outcomes
        factors[:, column] = (worth * mean + prior) / (worth + prior)
    return factors


def deviations(measures: Floats, weights: Floats) -> Floats:
    """Daily deviations (n, s) from `measures` (n, k) and `weights` (s, k).

    It adds term by term, because a matrix product can round differently on another machine.
    """
    total = measures[:, :1] * weights[:, 0]
    for k in range(1, measures.shape[1]):
        total += measures[:, k : k + 1] * weights[:, k]
    return total
