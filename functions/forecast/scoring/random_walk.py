"""The benchmark for every model: tomorrow's price is today's plus a Gaussian step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from functions.forecast.arrays import Floats, Ints
from functions.forecast.prices.series import PriceSeries

FARTHEST = np.log(1e4)
"""Every quantile of a model is within a factor of ten thousand of the last price."""

WINDOW = 756
"""The rows of history behind the walk's standard deviation: three trading years."""


@lru_cache(maxsize=32)
def normal_quantiles(levels: tuple[float, ...]) -> Floats:
    """The quantiles (q,) of a standard Gaussian, cached because callers use few levels."""
    quantiles = np.array([NormalDist().inv_cdf(level) for level in levels])
    quantiles.flags.writeable = False
    return quantiles


class RandomWalk:
    """The walk of one history of log prices (n,). It sums the returns only once."""

    def __init__(self, log_price: Floats) -> None:
        self._log_price = log_price
        returns = np.diff(log_price)
        self._first = np.concatenate(([0.0], np.cumsum(returns)))
        self._second = np.concatenate(([0.0], np.cumsum(returns * returns)))

    def step_deviation(self, origins: Ints) -> Floats:
        """The standard deviation of daily log returns in the WINDOW rows up to each origin."""
        start = np.maximum(origins - WINDOW, 0)
        count = np.maximum(origins - start, 1)
        mean = (self._first[origins] - self._first[start]) / count
        variance = (self._second[origins] - self._second[start]) / count - mean * mean
        return np.sqrt(np.maximum(variance, 0.0))

    def quantiles(self, origins: Ints, steps: Ints, levels: Sequence[float]) -> Floats:
        """Price quantiles (origins, steps, levels) of a Gaussian walk without drift."""
        normal = normal_quantiles(tuple(levels))
        deviation = self.step_deviation(origins)
        spread = deviation[:, np.newaxis, np.newaxis] * np.sqrt(steps)[:, np.newaxis] * normal
        spread = np.clip(spread, -FARTHEST, FARTHEST)
        start = self._log_price[origins][:, np.newaxis, np.newaxis]
        paths: Floats = np.exp(start + spread)
        return paths


@lru_cache(maxsize=16)
def of(series: PriceSeries) -> RandomWalk:
    """The walk of a series. The last ones are cached."""
    return RandomWalk(np.log(series.adjusted_close))
