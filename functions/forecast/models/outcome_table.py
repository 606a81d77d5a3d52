"""Reads the constants of the calibrated model, which `bench/shipped/fit_calibrated.py` writes.

For each fitted horizon, they give the weights of the volatility measures, and how often each
multiple of the forecast width happened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from functions.common.prices import calendars
from functions.forecast.arrays import Floats, Ints
from functions.forecast.scoring.random_walk import normal_quantiles

STOCKS = Path(__file__).with_name("calibrated.json")
EVERY_DAY = Path(__file__).with_name("calibrated_every_day.json")
"""For assets that trade every day. Fitted on bench/shipped/simulated_prices.py."""


@dataclass(frozen=True, eq=False)
class OutcomeTable:
    """The past outcomes of many stocks, by horizon.

    `horizons` (g,) are trading days, ascending. `weights` (g, k) weigh the volatility measures and
    add up to 1. `quantiles` (g, q) are the quantiles of outcomes at the probabilities `levels`
    (q,), in units of the forecast deviation. `usual` (g,) is the mean size of an outcome, each cut
    at `outcome_cap`. A stock's own record covers the last `record_rows` days. It is averaged with
    `prior_outcomes` outcomes of other stocks. With n known returns, the width grows by the factor
    1 + `short_history` / n.
    """

    horizons: Floats
    weights: Floats
    levels: Floats
    quantiles: Floats
    usual: Floats
    outcome_cap: float
    record_rows: int
    prior_outcomes: float
    short_history: float

    @property
    def symmetric(self) -> OutcomeTable:
        """The same table without the drift, because only stocks have a reason to drift up."""
        return replace(self, quantiles=(self.quantiles - self.quantiles[:, ::-1]) / 2)

    def at(self, values: Floats, steps: Floats | Ints) -> Floats:
        """Interpolate `values` (..., g) of the fitted horizons at `steps` (s,), linear in log step.

        Beyond the last fitted horizon, its values stay the same. From there on, variance grows with
        time like that of a random walk.
        """
        return between(values, *_places(self, tuple(steps.tolist())))

    def around(self, steps: Ints) -> Ints:
        """The fitted horizons (indices, ascending) that `at` reads for `steps`."""
        left, _ = _places(self, tuple(steps.tolist()))
        is_read = np.zeros(len(self.horizons), dtype=bool)
        is_read[left] = is_read[left + 1] = True
        return np.flatnonzero(is_read)

    def multiples(self, levels: Sequence[float]) -> Floats:
        """The quantiles (g, len(levels)) of outcomes at any levels in (0, 1).

        Between and beyond the table's levels, they are linear in the quantiles of a Gaussian.
        """
        return _multiples(self, tuple(levels))


@lru_cache(maxsize=64)
def _places(table: OutcomeTable, steps: tuple[float, ...]) -> tuple[Ints, Floats]:
    """The fitted horizon before each step, and the step's share of the way to the next one."""
    grid = np.log(table.horizons)
    wanted = np.clip(np.log(steps), grid[0], grid[-1])
    return places(grid, wanted)


def places(known: Floats, wanted: Floats) -> tuple[Ints, Floats]:
    """The place in `known` before each wanted value, and its share of the way to the next one."""
    left = np.clip(np.searchsorted(known, wanted) - 1, 0, len(known) - 2)
    return left, (wanted - known[left]) / (known[left + 1] - known[left])


def between(values: Floats, left: Ints, share: Floats) -> Floats:
    """`values` (..., k) at `places`, linear between and beyond them."""
    interpolated: Floats = values[..., left] * (1.0 - share) + values[..., left + 1] * share
    return interpolated


@lru_cache(maxsize=64)
def _multiples(table: OutcomeTable, levels: tuple[float, ...]) -> Floats:
    known = normal_quantiles(tuple(table.levels.tolist()))
    multiples = between(table.quantiles, *places(known, normal_quantiles(levels)))
    multiples.flags.writeable = False
    return multiples


@lru_cache(maxsize=8)
def load(calendar: str = "") -> OutcomeTable:
    """The model's table for assets with this calendar (functions.common.prices.calendars)."""
    if calendar == calendars.EVERY_DAY:
        return read(EVERY_DAY)
    return read(STOCKS).symmetric if calendar == calendars.ON_WEEKDAYS else read(STOCKS)


def read(path: Path) -> OutcomeTable:
    constants: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
    del constants["provenance"]
    for name, value in constants.items():
        if isinstance(value, list):
            constants[name] = np.array(value, dtype=np.float64)
    return OutcomeTable(**constants)
