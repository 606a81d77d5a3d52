"""Summarizes scores: ratios to the random walk and coverages, with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evaluation.protocol import COVERAGES, REGIMES, WALK, Evaluated
from functions.forecast.arrays import Flags, Floats
from functions.forecast.scoring.scores import WIS_LEVELS

DRAWS = 1000
SEED = 1729


@dataclass(frozen=True)
class Figure:
    """An estimate and its 95% bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One model at one horizon. Coverages are in percent. Ratios are relative to the random walk.

    `by_regime` has the coverage of the 50, 80 and 95% ranges for calm, middling and stressed
    origins. `below` has the share of outcomes at or below each of the 23 quantiles.
    """

    model: str
    horizon: int
    mae_ratio: Figure
    wis_ratio: Figure
    coverage: dict[int, Figure]
    by_regime: list[dict[int, Figure]]
    below: list[float]


@dataclass(frozen=True)
class Summary:
    """The table of an evaluation."""

    symbols: list[str]
    skipped: list[str]
    origins: int
    rows: list[Row]

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "levels": list(WIS_LEVELS)}


class Bootstrap:
    """Draws stocks and origins with replacement, independently of each other.

    Each drawn origin applies to all stocks, because stocks move together on the same days.
    """

    def __init__(self, present: Flags) -> None:
        random = np.random.default_rng(SEED)
        stocks, origins = present.shape
        even = np.full(stocks, 1 / stocks), np.full(origins, 1 / origins)
        drawn = (
            random.multinomial(size, chances, DRAWS)
            for size, chances in zip(present.shape, even, strict=True)
        )
        self._stocks, self._origins = (
            np.concatenate((np.ones((1, counts.shape[1])), counts)) for counts in drawn
        )

    def sums(self, values: Floats) -> Floats:
        """The sum of `values` (stocks, origins), first over all data, then in each draw.

        NaN marks a missing value.
        """
        total: Floats = np.einsum(
            "ds,so,do->d", self._stocks, np.nan_to_num(values), self._origins, optimize=True
        )
        return total

    def ratio(self, above: Floats, below: Floats) -> Figure:
        """The ratio of two sums. Draws in which the second sum is 0 are left out."""
        tops, bottoms = self.sums(above), self.sums(below)
        if bottoms[0] == 0.0:
            return Figure(np.nan, np.nan, np.nan)
        drawn = tops[1:][bottoms[1:] > 0] / bottoms[1:][bottoms[1:] > 0]
        low, high = np.quantile(drawn, (0.025, 0.975)) if len(drawn) else (np.nan, np.nan)
        return Figure(float(tops[0] / bottoms[0]), float(low), float(high))


def summarise(evaluated: Sequence[Evaluated], skipped: Sequence[str]) -> Summary:
    """The summary of all series, with the names of the `skipped` ones."""
    longest = max(len(each.regimes) for each in evaluated)

    def table(columns: Sequence[Floats]) -> Floats:
        cells = np.full((len(columns), longest), np.nan)
        for row, column in zip(cells, columns, strict=True):
            row[: len(column)] = column
        return cells

    regimes = table([each.regimes.astype(np.float64) for each in evaluated])
    present = np.isfinite(regimes)
    bootstrap = Bootstrap(present)
    rows = []
    for model, horizon in evaluated[0].scores:
        mine = [each.scores[model, horizon] for each in evaluated]
        walk = [each.scores[WALK, horizon] for each in evaluated]
        held = [100 * table([each.held[:, i] for each in mine]) for i in range(len(COVERAGES))]
        rows.append(
            Row(
                model=model,
                horizon=horizon,
                mae_ratio=bootstrap.ratio(
                    *(table([one.error for one in of]) for of in (mine, walk))
                ),
                wis_ratio=bootstrap.ratio(*(table([one.wis for one in of]) for of in (mine, walk))),
                coverage={
                    percent: bootstrap.ratio(cells, present.astype(np.float64))
                    for percent, cells in zip(COVERAGES, held, strict=True)
                },
                by_regime=[
                    {
                        percent: bootstrap.ratio(
                            np.where(regimes == regime, cells, 0.0),
                            (regimes == regime).astype(np.float64),
                        )
                        for percent, cells in zip(COVERAGES, held, strict=True)
                    }
                    for regime in range(REGIMES)
                ],
                below=np.concatenate([each.below for each in mine]).mean(axis=0).tolist(),
            )
        )
    symbols = [each.symbol for each in evaluated]
    return Summary(symbols, list(skipped), int(present.sum()), rows)
