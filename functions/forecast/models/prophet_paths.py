"""Where the price may go around Prophet's line: new slope changes, and noise.

The distribution is that of the library's `predictive_samples`: on each future day the slope
changes with the frequency of past changepoints, by a Laplace variate of their mean size, and
every price has Gaussian noise (Taylor and Letham 2018, section 3.1.4).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PATHS = 1000
SEED = 1729
LEAST_SLOPE_CHANGE = 1e-8
"""Added to the mean slope change, as the library does."""

_HALF_NORMAL = np.array([NormalDist().inv_cdf(0.5 + (i + 0.5) / (2 * PATHS)) for i in range(PATHS)])


def trend_deviations(
    days: int, step: float, slope_changes: NDArray[np.float64], seed: int = SEED
) -> NDArray[np.float64]:
    """Paths (days, PATHS) of the scaled trend less its mean, on `days` days from the first.

    `step` is the model time between two days; `slope_changes` the fitted ones at each possible
    changepoint of the history, most of them zero.
    """
    random = np.random.default_rng(seed)
    shape = (days, PATHS)
    changed = random.random(shape) < len(slope_changes) * step
    size = float(np.abs(slope_changes).mean()) + LEAST_SLOPE_CHANGE
    shifts = np.zeros(shape)
    shifts[changed] = random.laplace(0.0, size, np.count_nonzero(changed))
    slopes = np.cumsum(shifts, axis=0)
    slopes -= shifts / 2  # on average a day's change comes in the middle of that day
    deviations: NDArray[np.float64] = np.cumsum(slopes, axis=0, out=slopes)
    deviations *= step
    return deviations


def symmetric_quantiles(
    deviations: NDArray[np.float64], noise: float | NDArray[np.float64], levels: Sequence[float]
) -> NDArray[np.float64]:
    """Quantiles (days, q) of paths with Gaussian noise of standard deviation `noise` added.

    Both parts are symmetric about zero, so each path stands for its mirror image as well: the
    quantiles are symmetric and the median is zero, without sampling error. The noise is the
    same even spread of normal quantiles on every day, since only each day's own distribution is
    read; drawn anew it would make the interval's edge rough.
    """
    spread = np.atleast_1d(np.asarray(noise, dtype=np.float64))[:, None]
    distances = np.abs(deviations + spread * _HALF_NORMAL)
    sides = 2 * np.asarray(levels, dtype=np.float64) - 1
    quantiles: NDArray[np.float64] = (
        np.sign(sides) * np.quantile(distances, np.abs(sides), axis=1).T
    )
    return quantiles
