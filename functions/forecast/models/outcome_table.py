"""The constants of the calibrated model, as `bench/fit_calibrated.py` wrote them.

For each fitted horizon: the weights of the volatility measures, and how often which multiple of
the forecast width came true.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from functions.common.prices import calendars
from functions.forecast.scoring.random_walk import normal_quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STOCKS = Path(__file__).with_name("calibrated.json")
EVERY_DAY = Path(__file__).with_name("calibrated_every_day.json")
"""Of assets that trade all week: fitted on made-up prices (bench/simulated_prices.py)."""


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

    @property
    def symmetric(self) -> OutcomeTable:
        """The same without the drift of stocks, which other assets have no reason to have."""
        return replace(self, quantiles=(self.quantiles - self.quantiles[:, ::-1]) / 2)

    def at(
        self, values: NDArray[np.float64], steps: NDArray[np.float64] | NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """`values` (..., g) of the fitted horizons at `steps` (s,), linear in the log of the step.

        Beyond the last fitted horizon the values of that one hold: from there on variance grows
        with time, as a random walk's.
        """
        left, share = _places(self, tuple(steps.tolist()))
        between: NDArray[np.float64] = (
            values[..., left] * (1.0 - share) + values[..., left + 1] * share
        )
        return between

    def around(self, steps: NDArray[np.intp]) -> NDArray[np.intp]:
        """The fitted horizons (indices, ascending) that `at` reads for `steps`."""
        left, _ = _places(self, tuple(steps.tolist()))
        return np.unique(np.concatenate((left, left + 1)))

    def multiples(self, levels: Sequence[float]) -> NDArray[np.float64]:
        """Outcome quantiles (g, len(levels)) at any levels in (0, 1).

        Between and beyond the table's own levels they are linear in the quantiles of a Gaussian.
        """
        return _multiples(self, tuple(levels))


@lru_cache(maxsize=64)
def _places(
    table: OutcomeTable, steps: tuple[float, ...]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The fitted horizon before each step, and how far it is on its way to the next one."""
    grid = np.log(table.horizons)
    wanted = np.clip(np.log(steps), grid[0], grid[-1])
    left = np.clip(np.searchsorted(grid, wanted) - 1, 0, len(grid) - 2)
    return left, (wanted - grid[left]) / (grid[left + 1] - grid[left])


@lru_cache(maxsize=64)
def _multiples(table: OutcomeTable, levels: tuple[float, ...]) -> NDArray[np.float64]:
    known = normal_quantiles(tuple(table.levels.tolist()))
    wanted = normal_quantiles(levels)
    left = np.clip(np.searchsorted(known, wanted) - 1, 0, len(known) - 2)
    share = (wanted - known[left]) / (known[left + 1] - known[left])
    lower, upper = table.quantiles[:, left], table.quantiles[:, left + 1]
    multiples: NDArray[np.float64] = lower * (1.0 - share) + upper * share
    multiples.flags.writeable = False
    return multiples


@lru_cache(maxsize=8)
def load(calendar: str = "") -> OutcomeTable:
    """The table that comes with the model for assets of this calendar (functions.common.prices)."""
    if calendar == calendars.EVERY_DAY:
        return read(EVERY_DAY)
    return read(STOCKS).symmetric if calendar == calendars.ON_WEEKDAYS else read(STOCKS)


def read(path: Path) -> OutcomeTable:
    """The table in a file."""
    constants: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
    del constants["provenance"]
    for name, value in constants.items():
        if isinstance(value, list):
            constants[name] = np.array(value, dtype=np.float64)
    return OutcomeTable(**constants)
