"""The benchmark for every model: tomorrow's price is today's plus a Gaussian step."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FARTHEST = np.log(1e4)
"""Every quantile of a model is within a factor of ten thousand of the last price."""

WINDOW = 756
"""The rows of history behind the walk's standard deviation: three trading years."""


@lru_cache(maxsize=32)
def normal_quantiles(levels: tuple[float, ...]) -> NDArray[np.float64]:
    """The quantiles (q,) of a standard Gaussian, cached because callers use few levels."""
    quantiles = np.array([NormalDist().inv_cdf(level) for level in levels])
    quantiles.flags.writeable = False
    return quantiles


def step_deviation(
    log_price: NDArray[np.float64], origins: NDArray[np.intp], window: int = WINDOW
) -> NDArray[np.float64]:
    """The standard deviation of daily log returns in the `window` rows up to each origin."""
    returns = np.diff(log_price)
    first = np.concatenate(([0.0], np.cumsum(returns)))
    second = np.concatenate(([0.0], np.cumsum(returns * returns)))
    start = np.maximum(origins - window, 0)
    count = np.maximum(origins - start, 1)
    mean = (first[origins] - first[start]) / count
    variance = (second[origins] - second[start]) / count - mean * mean
    return np.sqrt(np.maximum(variance, 0.0))


def quantiles(
    log_price: NDArray[np.float64],
    origins: NDArray[np.intp],
    steps: NDArray[np.intp],
    levels: Sequence[float],
) -> NDArray[np.float64]:
    """Price quantiles (origins, steps, levels) of a Gaussian walk in log price without drift."""
    normal = normal_quantiles(tuple(levels))
    deviation = step_deviation(log_price, origins)
    spread = deviation[:, np.newaxis, np.newaxis] * np.sqrt(steps)[:, np.newaxis] * normal
    spread = np.clip(spread, -FARTHEST, FARTHEST)
    paths: NDArray[np.float64] = np.exp(log_price[origins][:, np.newaxis, np.newaxis] + spread)
    return paths
