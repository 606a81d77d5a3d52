"""Simulates daily prices of assets that trade all week, to fit the table of the calibrated model.

No package offers such prices, and the fit must not use the test data. So these series follow
published models of cryptocurrencies: GARCH(1,1) with Student's t (Chu, Chan, Nadarajah and
Osterrieder 2017), stochastic volatility, and stochastic volatility with a slow and a fast part.
Each series has its own random parameters.
"""

from __future__ import annotations

import numpy as np

from functions.forecast.arrays import Floats
from functions.forecast.prices.series import PriceSeries

ROWS = 3000
MOST_TIMES = 100.0
"""The limit for the variance that a day passes on, in multiples of the usual variance."""


def series(count: int, seed: int, rows: int = ROWS) -> list[PriceSeries]:
    """`count` histories of `rows` days, with the models in turn."""
    kinds = (garch, stochastic_volatility, slow_and_fast)
    return [
        prices(kinds[number % len(kinds)](np.random.default_rng([seed, number]), rows))
        for number in range(count)
    ]


def garch(random: np.random.Generator, rows: int) -> Floats:
    """Log returns (rows,) of a GARCH(1,1) with Student's t."""
    scale, reaction = random.uniform(0.03, 0.06), random.uniform(0.08, 0.16)
    memory = 0.985 - reaction
    shocks = student(random, random.uniform(3.2, 5.0), rows)
    usual = scale**2
    variance, moves = usual, np.empty(rows)
    for day, shock in enumerate(shocks):
        moves[day] = np.sqrt(variance) * shock
        fed_back = min(moves[day] ** 2, MOST_TIMES * usual)
        variance = usual * (1 - reaction - memory) + reaction * fed_back + memory * variance
    return moves


def stochastic_volatility(random: np.random.Generator, rows: int) -> Floats:
    """Log returns (rows,) whose log variance is an AR(1)."""
    log_variance = autoregression(
        random, random.uniform(0.95, 0.985), random.uniform(0.15, 0.3), rows
    )
    shocks = student(random, random.uniform(5.0, 7.0), rows)
    return random.uniform(0.03, 0.06) * np.exp(log_variance / 2) * shocks


def slow_and_fast(random: np.random.Generator, rows: int) -> Floats:
    """Log returns (rows,) whose log variance is a slow AR(1) plus a fast one."""
    log_variance = autoregression(random, 0.997, random.uniform(0.03, 0.06), rows)
    log_variance += autoregression(random, 0.9, random.uniform(0.2, 0.4), rows)
    shocks = student(random, random.uniform(5.0, 7.0), rows)
    return random.uniform(0.03, 0.05) * np.exp(log_variance / 2) * shocks


def autoregression(random: np.random.Generator, memory: float, step: float, rows: int) -> Floats:
    """An AR(1) process (rows,) that starts in its stationary distribution."""
    values = random.normal(0.0, step, rows)
    values[0] /= np.sqrt(1 - memory**2)
    for day in range(1, rows):
        values[day] += memory * values[day - 1]
    return values


def student(random: np.random.Generator, freedom: float, rows: int) -> Floats:
    """Student's t values (rows,) with a standard deviation of 1."""
    return random.standard_t(freedom, rows) * np.sqrt((freedom - 2) / freedom)


def prices(moves: Floats) -> PriceSeries:
    """A price history with these log returns, and one row for every day of the week."""
    close = np.clip(100.0 * np.exp(np.cumsum(moves)), 1e-6, 1e9)
    none = np.full(len(close), np.nan)
    dates = np.datetime64("2014-01-01") + np.arange(len(close))
    return PriceSeries("MADE-UP", dates, none, none, none, close, none, close)
