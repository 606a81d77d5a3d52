"""The benchmark every model is held against: tomorrow is today, with Gaussian steps."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FARTHEST = np.log(1e4)
"""No quantile of a model lies further from the last price than ten thousand times."""

WINDOW = 756
"""Rows of history the walk's standard deviation is taken from: three trading years."""


@lru_cache(maxsize=32)
def normal_quantiles(levels: tuple[float, ...]) -> NDArray[np.float64]:
    """The quantiles (q,) of a standard Gaussian; the same few levels are asked for each time."""
    quantiles = np.array([NormalDist().inv_cdf(level) for level in levels])
    quantiles.flags.writeable = False
    return quantiles


def step_deviation(
    log_price: NDArray[np.float64], origins: NDArray[np.intp], window: int = WINDOW
) -> NDArray[np.float64]:
    """The standard deviation of one-day log returns in the `window` rows up to each origin."""
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
    """Prices of a Gaussian walk in log price without drift, shape (origins, steps, levels)."""
    normal = normal_quantiles(tuple(levels))
    deviation = step_deviation(log_price, origins)
    spread = deviation[:, np.newaxis, np.newaxis] * np.sqrt(steps)[:, np.newaxis] * normal
    spread = np.clip(spread, -FARTHEST, FARTHEST)
    paths: NDArray[np.float64] = np.exp(log_price[origins][:, np.newaxis, np.newaxis] + spread)
    return paths
