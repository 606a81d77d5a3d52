"""The constants of the calibrated model, as `bench/fit_calibrated.py` wrote them.

For each fitted horizon: the weights of the volatility measures, and how often which multiple of
the forecast width came true.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from functions.forecast.scoring.random_walk import normal_quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DATA = Path(__file__).with_name("calibrated.json")


@dataclass(frozen=True, eq=False)
class OutcomeTable:
    """What past outcomes of many stocks say, by horizon.

    `horizons` (g,) trading days, ascending; `weights` (g, k) of the volatility measures, adding
    up to 1; `levels` (q,) probabilities and `quantiles` (g, q) of outcomes, in units of the
    forecast deviation; `usual` (g,) the mean size of an outcome, each cut at `outcome_cap`.
    A stock's own record of the last `record_rows` days counts against `prior_outcomes` outcomes
    of other stocks; with n returns known the width grows by the factor 1 + `short_history` / n.
    """

    horizons: NDArray[np.float64]
    weights: NDArray[np.float64]
    levels: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    usual: NDArray[np.float64]
    outcome_cap: float
    record_rows: int
    prior_outcomes: float
    short_history: float

    def at(
        self, values: NDArray[np.float64], steps: NDArray[np.float64] | NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """`values` (..., g) of the fitted horizons at `steps` (s,), linear in the log of the step.

        Beyond the last fitted horizon the values of that one hold: from there on variance grows
        with time, as a random walk's.
        """
        grid = np.log(self.horizons)
        wanted = np.clip(np.log(steps), grid[0], grid[-1])
        left = np.clip(np.searchsorted(grid, wanted) - 1, 0, len(grid) - 2)
        share = (wanted - grid[left]) / (grid[left + 1] - grid[left])
        between: NDArray[np.float64] = (
            values[..., left] * (1.0 - share) + values[..., left + 1] * share
        )
        return between

    def around(self, steps: NDArray[np.intp]) -> NDArray[np.intp]:
        """The fitted horizons (indices, ascending) that `at` reads for `steps`."""
        wanted = np.clip(np.log(steps), *np.log(self.horizons[[0, -1]]))
        left = np.clip(
            np.searchsorted(np.log(self.horizons), wanted) - 1, 0, len(self.horizons) - 2
        )
        return np.unique(np.concatenate((left, left + 1)))

    def multiples(self, levels: Sequence[float]) -> NDArray[np.float64]:
        """Outcome quantiles (g, len(levels)) at any levels in (0, 1).

        Between and beyond the table's own levels they are linear in the quantiles of a Gaussian.
        """
        known = normal_quantiles(tuple(self.levels.tolist()))
        wanted = normal_quantiles(tuple(levels))
        left = np.clip(np.searchsorted(known, wanted) - 1, 0, len(known) - 2)
        share = (wanted - known[left]) / (known[left + 1] - known[left])
        lower, upper = self.quantiles[:, left], self.quantiles[:, left + 1]
        multiples: NDArray[np.float64] = lower * (1.0 - share) + upper * share
        return multiples


@lru_cache(maxsize=1)
def load() -> OutcomeTable:
    """The table that comes with the model."""
    constants: dict[str, Any] = json.loads(DATA.read_text(encoding="ascii"))
    del constants["provenance"]
    for name, value in constants.items():
        if isinstance(value, list):
            constants[name] = np.array(value, dtype=np.float64)
    return OutcomeTable(**constants)
