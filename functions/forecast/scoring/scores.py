"""Proper scores and tests for quantile forecasts. Arrays in, arrays or numbers out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from functions.forecast.arrays import Flags, Floats

WIS_LEVELS = (
    *(0.01, 0.025, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50),
    *(0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.975, 0.99),
)
"""The 23 levels of the weighted interval score as used by forecast hubs (Bracher et al. 2021)."""

FEWEST_INDEPENDENT = 8


def weighted_interval_score(actual: Floats, quantiles: Floats, levels: Sequence[float]) -> Floats:
    """Twice the mean pinball loss over `levels`, in the unit of `actual`.

    `actual` has the shape (...), `quantiles` (..., q). The score has the shape of `actual`. With
    symmetric levels and the median, it is the WIS of Bracher et al. (2021), eq. 1 and section 2.2.
    """
    error = actual[..., np.newaxis] - quantiles
    tau = np.asarray(levels)
    loss: Floats = 2.0 * np.maximum(tau * error, (tau - 1.0) * error).mean(axis=-1)
    return loss


def inside(actual: Floats, quantiles: Floats, levels: Sequence[float], percent: float) -> Flags:
    """Whether each outcome is in the central interval of `percent`, including its bounds."""
    low, high = bounds(tuple(levels), percent)
    return (quantiles[..., low] <= actual) & (actual <= quantiles[..., high])


@lru_cache(maxsize=32)
def bounds(levels: tuple[float, ...], percent: float) -> tuple[int, int]:
    """The indices of `levels` that bound the central interval of `percent`."""
    tail = (1.0 - percent / 100.0) / 2.0
    tau = np.asarray(levels)
    low = int(np.abs(tau - tail).argmin())
    high = int(np.abs(tau - (1.0 - tail)).argmin())
    if abs(tau[low] - tail) > 1e-6 or abs(tau[high] - (1.0 - tail)) > 1e-6:  # noqa: PLR2004  rounding only
        raise ValueError(f"levels {levels} do not bound a central {percent}% interval")
    return low, high


def conformal_factor(
    actual: Floats, centre: Floats, quantiles: Floats, levels: Sequence[float], percent: float
) -> float | None:
    """The factor for the log width of a central interval that makes its coverage right.

    It is a quantile of past errors in units of the interval's half width. The quantile is a little
    above `percent`, as split conformal prediction requires (Lei et al. 2018, section 2.2). Returns
    None if there are too few outcomes for that quantile, or the interval has no width.
    """
    low, high = bounds(tuple(levels), percent)
    half = np.log(quantiles[:, high] / quantiles[:, low]) / 2.0
    rank = math.ceil(percent / 100.0 * (len(actual) + 1))
    if rank > len(actual) or (half <= 0.0).any():
        return None
    errors = np.sort(np.abs(np.log(actual / centre)) / half)
    return float(errors[rank - 1])


def wilson_interval(successes: float, trials: float) -> tuple[float, float]:
    """The 95% interval of a proportion (Wilson 1927). `trials` can be an effective number."""
    share, z = successes / trials, 1.96
    centre = (share + z * z / (2.0 * trials)) / (1.0 + z * z / trials)
    half = z / (1.0 + z * z / trials)
    half *= math.sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    return max(0.0, centre - half), min(1.0, centre + half)


def diebold_mariano(loss: Floats, benchmark_loss: Floats, lags: int) -> float | None:
    """The two-sided p-value that both losses are equal on average (Diebold and Mariano 1995).

    The long-run variance is Newey and West's (1987) with `lags` Bartlett lags. If horizons overlap,
    `lags` is the number of neighbors that an origin shares days with. The statistic is compared
    with Student's t of n - 1 degrees, as Harvey, Leybourne and Newbold (1997) advise. Returns None
    if the losses do not differ, or count for fewer than 8 independent ones.
    """
    difference = loss - benchmark_loss
    n = len(difference)
    if n < FEWEST_INDEPENDENT * (lags + 1):
        return None
    mean = float(difference.mean())
    deviation = difference - mean
    variance = float(deviation @ deviation) / n
    for lag in range(1, lags + 1):
        weight = 1.0 - lag / (lags + 1.0)
        variance += 2.0 * weight * float(deviation[lag:] @ deviation[:-lag]) / n
    if variance <= 1e-24:  # noqa: PLR2004  equal losses up to rounding
        return None
    return _two_sided_t(mean / math.sqrt(variance / (n - 1)), n - 1)


def _two_sided_t(statistic: float, degrees: int) -> float:
    """Wallace's (1959) normal approximation of Student's t, close from 5 degrees up."""
    normal = (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0)
    normal *= math.sqrt(degrees * math.log1p(statistic * statistic / degrees))
    return math.erfc(normal / math.sqrt(2.0))
