"""A model's record on the same stock's own past."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backtest:
    """Scores of past forecasts at one horizon, beside the random walk's on the same days.

    Errors are scaled by the mean absolute one-day change before each origin (MASE; Hyndman and
    Koehler 2006). Coverages and accuracies are fractions in [0, 1].
    """

    origins: int
    horizon_days: int
    mase: float
    mase_random_walk: float
    coverage80: float
    direction_accuracy: float
    verdict: str
