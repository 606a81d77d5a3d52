"""The M6 competition's task: how likely is each asset's return to fall in each fifth of them all?

Returns over the next 20 trading days are drawn together: each asset's from the calibrated model's
volatility and table, joined by a Gaussian copula with its correlations shrunk halfway towards
their mean (Ledoit and Wolf 2004 choose such a target). No asset is given a drift. Scored by the
ranked probability score, for which a fifth each is 0.16 (Makridakis et al. 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from functions.common.errors import StockcastError
from functions.forecast.models import outcome_table
from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.prices.series import PriceSeries
from functions.forecast.scoring.random_walk import normal_quantiles

FIFTHS = 5
HORIZON = 20
CORRELATION_ROWS = 504
SHRINKAGE = 0.5
PATHS = 4000
SEED = 1729
FEWEST_ROWS = 252
LEAST_DEVIATION = 1e-12

Floats = NDArray[np.float64]


class CannotRankError(StockcastError):
    """The prices do not allow the task; the message says what is missing."""

    title = "Cannot rank"
    slug = "cannot-rank"


@dataclass(frozen=True, eq=False)
class Ranking:
    """`chances` (assets, 5) from the last common day; `score` and its error over past origins."""

    symbols: list[str]
    date: str
    chances: Floats
    origins: int
    score: float | None
    standard_error: float | None
    uniform: float | None


@dataclass(frozen=True, eq=False)
class Market:
    """Assets on the days (d,) that all of them have; `rows` (assets, d) point into each series."""

    series: list[PriceSeries]
    dates: NDArray[np.datetime64]
    rows: NDArray[np.intp]
    closes: Floats

    @classmethod
    def of(cls, series: Sequence[PriceSeries]) -> Market:
        """Raises CannotRankError where assets or common days are too few."""
        if len(series) < FIFTHS:
            message = (
                f"A ranking in fifths needs at least {FIFTHS} assets; there are {len(series)}."
            )
            raise CannotRankError(message)
        dates = reduce(np.intersect1d, [each.dates for each in series])
        if len(dates) < FEWEST_ROWS:
            latest = max(series, key=lambda each: each.dates[0])
            message = (
                f"The assets have {len(dates)} days in common; {FEWEST_ROWS} are needed."
                f" {latest.symbol}, for one, begins on {latest.dates[0]}: leave it out."
            )
            raise CannotRankError(message)
        rows = np.array([np.searchsorted(each.dates, dates) for each in series])
        closes = [each.adjusted_close[row] for each, row in zip(series, rows, strict=True)]
        return cls(list(series), dates, rows, np.array(closes))


def rank(series: Sequence[PriceSeries], origins: int) -> Ranking:
    """Today's chances, and the score of up to `origins` past ones, 20 or more days apart."""
    market = Market.of(series)
    days = len(market.dates)
    last = days - 1 - HORIZON
    possible = max(0, (last - FEWEST_ROWS) // HORIZON + 1)
    count = min(origins, possible)
    past = np.round(np.linspace(last, FEWEST_ROWS, count)).astype(np.intp)[::-1]
    asked = np.append(past, days - 1)
    widths = np.array(
        [
            CalibratedModel().deviations(each, rows[asked], HORIZON)
            for each, rows in zip(market.series, market.rows, strict=True)
        ]
    )
    scores, uniform = np.empty(count), np.empty(count)
    even = np.full((len(series), FIFTHS), 1 / FIFTHS)
    for place, day in enumerate(past):
        moved = np.log(market.closes[:, day + HORIZON] / market.closes[:, day])
        came = fifths(moved[np.newaxis])[0]
        scores[place] = ranked_probability_score(chances(market, day, widths[:, place]), came)
        uniform[place] = ranked_probability_score(even, came)
    return Ranking(
        symbols=[each.symbol for each in series],
        date=str(market.dates[-1]),
        chances=chances(market, days - 1, widths[:, -1]),
        origins=count,
        score=float(scores.mean()) if count else None,
        standard_error=float(scores.std(ddof=1) / np.sqrt(count)) if count > 1 else None,
        uniform=float(uniform.mean()) if count else None,
    )


def chances(market: Market, day: int, widths: Floats) -> Floats:
    """Probabilities (assets, 5) of the fifths, the lowest returns first, known on `day`."""
    table = outcome_table.load()
    normal = normal_quantiles(tuple(table.levels.tolist()))
    multiples = table.at(table.quantiles.T, np.array([HORIZON]))[:, 0]
    multiples -= multiples[len(multiples) // 2]
    root = np.linalg.cholesky(shrunk_correlations(market, day))
    drawn = np.random.default_rng(SEED).standard_normal((PATHS, len(widths))) @ root.T
    moves = _through(drawn, normal, multiples) * widths
    falls = fifths(moves)
    return np.stack([(falls == fifth).mean(axis=0) for fifth in range(FIFTHS)], axis=1)


def shrunk_correlations(market: Market, day: int) -> Floats:
    """Correlations of the daily returns up to `day`, halfway to their mean; positive definite."""
    window = market.closes[:, max(0, day - CORRELATION_ROWS) : day + 1]
    change = np.diff(np.log(window), axis=1)
    change = change - change.mean(axis=1, keepdims=True)
    deviation = np.maximum(np.sqrt((change**2).mean(axis=1)), LEAST_DEVIATION)
    sample = (change @ change.T) / change.shape[1] / np.outer(deviation, deviation)
    count = len(sample)
    mean = (sample.sum() - np.trace(sample)) / (count * (count - 1))
    target = np.full_like(sample, max(mean, 0.0))
    shrunk = SHRINKAGE * target + (1 - SHRINKAGE) * sample
    np.fill_diagonal(shrunk, 1.0)
    mended: Floats = shrunk
    return mended


def fifths(returns: Floats) -> NDArray[np.intp]:
    """Which fifth (0 to 4) of its row each return (rows, assets) falls in."""
    places = returns.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    fifth: NDArray[np.intp] = places * FIFTHS // returns.shape[1]
    return fifth


def ranked_probability_score(chances: Floats, came: NDArray[np.intp]) -> float:
    """The mean over assets of the mean squared error of the cumulated chances."""
    outcome = came[:, np.newaxis] <= np.arange(FIFTHS)
    return float(((np.cumsum(chances, axis=1) - outcome) ** 2).mean())


def _through(values: Floats, known: Floats, mapped: Floats) -> Floats:
    """Linear between the points (known, mapped), and beyond them along the last pieces."""
    left = np.clip(np.searchsorted(known, values) - 1, 0, len(known) - 2)
    share = (values - known[left]) / (known[left + 1] - known[left])
    between: Floats = mapped[left] * (1.0 - share) + mapped[left + 1] * share
    return between
