"""The conformal part: how wide past forecasts of this stock should have been.

Each past day's forecast is held against what came; the mean size of these outcomes over its usual
value scales the width (normalised split-conformal prediction with the scale as the score; Lei et
al. 2018, section 5.2), shrunk towards 1 since one stock's record is short and its horizons overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from functions.forecast.models.outcome_table import OutcomeTable

FIRST_JUDGED = 126
"""Forecasts from fewer rows of history than this are no evidence."""


def width_factors(
    log_price: NDArray[np.float64],
    measures: NDArray[np.float64],
    origins: NDArray[np.intp],
    table: OutcomeTable,
    fitted: NDArray[np.intp],
) -> NDArray[np.float64]:
    """By what to multiply the width at each origin and fitted horizon (len(origins), g).

    Only the columns `fitted` of the table's horizons are computed, the others are 1. A forecast
    counts once its outcome is known at the origin.
    """
    factors = np.ones((len(origins), len(table.horizons)))
    for column in fitted:
        horizon = int(table.horizons[column])
        first = max(FIRST_JUDGED, int(origins.min()) - horizon - table.record_rows)
        judged = np.arange(first, int(origins.max()) - horizon + 1)
        if len(judged) == 0:
            continue
        width = deviations(measures[judged], table.weights[column : column + 1])[:, 0]
        outcome = np.abs(log_price[judged + horizon] - log_price[judged]) / (
            width * np.sqrt(horizon)
        )
        total = np.concatenate(([0.0], np.cumsum(np.minimum(outcome, table.outcome_cap))))
        stop = np.maximum(origins - horizon + 1 - first, 0)
        start = np.maximum(stop - table.record_rows, 0)
        count = stop - start
        mean = (total[stop] - total[start]) / np.maximum(count, 1) / table.usual[column]
        worth = count / horizon
        prior = table.prior_outcomes
        factors[:, column] = (worth * mean + prior) / (worth + prior)
    return factors


def deviations(measures: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Daily deviations (n, s) from `measures` (n, k) and `weights` (s, k).

    Added up term by term: a matrix product may round differently from one machine to the next.
    """
    total = measures[:, :1] * weights[:, 0]
    for k in range(1, measures.shape[1]):
        total = total + measures[:, k : k + 1] * weights[:, k]
    return total
