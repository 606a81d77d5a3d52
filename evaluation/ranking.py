"""The task of the M6 competition: how likely is each asset's return to be in each fifth of all?

The ranking draws returns for the next 20 trading days. Each asset uses the volatility and the
table of the calibrated model, without drift. A Gaussian copula joins the assets. Its correlations
are shrunk halfway toward their mean (the target of Ledoit and Wolf 2004). The score is the ranked
probability score. Equal chances score 0.16 (Makridakis et al. 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from functions.common.errors import StockcastError
from functions.forecast.arrays import Days, Floats, Ints
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
FEWEST_ROWS = 60
LEAST_DEVIATION = 1e-12
MOST_NAMED = 5


class CannotRankError(StockcastError, title="Cannot rank", slug="cannot-rank"):
    """The prices do not allow a ranking. The message says what is missing."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """`chances` (assets, 5) on the last day, and the `score` over past origins with its error."""

    symbols: list[str]
    date: str
    chances: Floats
    origins: int
    score: float | None
    standard_error: float | None
    uniform: float | None


@dataclass(frozen=True, eq=False)
class Market:
    """The assets, on the d days on which at least one of them has a price.

    `rows` (assets, d) is each asset's latest row on or before a day, or -1 before its first row.
    `closes` (assets, d) is the adjusted close of that row, or NaN before the first row.
    """

    series: list[PriceSeries]
    dates: Days
    rows: Ints
    closes: Floats

    @classmethod
    def of(cls, series: Sequence[PriceSeries]) -> Market:
        """Combine `series`. Raises CannotRankError if there are too few assets or prices."""
        if len(series) < FIFTHS:
            raise CannotRankError(
                f"A ranking in fifths needs at least {FIFTHS} assets, but there are {len(series)}."
            )
        short = [each for each in series if len(each) < FEWEST_ROWS]
        if short:
            named = ", ".join(f"{each.symbol} has {len(each)}" for each in short[:MOST_NAMED])
            raise CannotRankError(
                f"Each asset needs at least {FEWEST_ROWS} prices, but {named}."
                " Remove the assets that have fewer."
            )
        dates = np.unique(np.concatenate([each.dates for each in series]))
        rows = np.array([np.searchsorted(each.dates, dates, side="right") - 1 for each in series])
        closes = [each.adjusted_close[row] for each, row in zip(series, rows, strict=True)]
        return cls(list(series), dates, rows, np.where(rows >= 0, np.array(closes), np.nan))

    def known(self, day: int) -> Ints:
        """The assets that have enough history on `day`."""
        return np.flatnonzero(self.rows[:, day] >= FEWEST_ROWS - 1)


def rank(series: Sequence[PriceSeries], origins: int) -> Ranking:
    """Today's chances, and the score of up to `origins` past dates, 20 or more days apart.

    A past date uses only the assets that had enough history then. Raises CannotRankError if there
    are too few assets or prices.
    """
    market = Market.of(series)
    days = len(market.dates)
    last = days - 1 - HORIZON
    enough = (market.rows >= FEWEST_ROWS - 1).sum(axis=0) >= FIFTHS
    first = int(enough.argmax()) if enough.any() else days
    possible = max(0, (last - first) // HORIZON + 1)
    count = min(origins, possible)
    past = np.round(np.linspace(last, first, count)).astype(np.intp)[::-1]
    asked = np.append(past, days - 1)
    widths = np.array(
        [
            CalibratedModel().deviations(each, np.maximum(rows[asked], FEWEST_ROWS - 1), HORIZON)
            for each, rows in zip(market.series, market.rows, strict=True)
        ]
    )
    scores, uniform = np.empty(count), np.empty(count)
    for place, day in enumerate(past):
        known = market.known(day)
        moved = np.log(market.closes[known, day + HORIZON] / market.closes[known, day])
        came = fifths(moved[np.newaxis])[0]
        given = chances(market, day, widths[known, place])
        scores[place] = ranked_probability_score(given, came)
        even = np.full((len(known), FIFTHS), 1 / FIFTHS)
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
    """Probabilities (assets, 5) of the fifths, lowest returns first, from prices up to `day`.

    The assets are those with enough history on `day`. `widths` are their deviations.
    """
    table = outcome_table.load()
    normal = normal_quantiles(tuple(table.levels.tolist()))
    multiples = table.at(table.quantiles.T, np.array([HORIZON]))[:, 0]
    multiples -= multiples[len(multiples) // 2]
    root = np.linalg.cholesky(shrunk_correlations(market, day))
    drawn = np.random.default_rng(SEED).standard_normal((PATHS, len(widths))) @ root.T
    moves = outcome_table.between(multiples, *outcome_table.places(normal, drawn)) * widths
    falls = fifths(moves)
    return np.stack([(falls == fifth).mean(axis=0) for fifth in range(FIFTHS)], axis=1)


def shrunk_correlations(market: Market, day: int) -> Floats:
    """Correlations of the daily returns up to `day`, shrunk halfway to their mean.

    The matrix is positive definite. Before an asset's first price, its return counts as its mean,
    so it adds no correlation.
    """
    window = market.closes[market.known(day), max(0, day - CORRELATION_ROWS) : day + 1]
    change = np.diff(np.log(window), axis=1)
    change = np.nan_to_num(change - np.nanmean(change, axis=1, keepdims=True))
    deviation = np.maximum(np.sqrt((change**2).mean(axis=1)), LEAST_DEVIATION)
    sample = (change @ change.T) / change.shape[1] / np.outer(deviation, deviation)
    count = len(sample)
    mean = (sample.sum() - np.trace(sample)) / (count * (count - 1))
    target = np.full_like(sample, max(mean, 0.0))
    shrunk: Floats = SHRINKAGE * target + (1 - SHRINKAGE) * sample
    np.fill_diagonal(shrunk, 1.0)
    return shrunk


def fifths(returns: Floats) -> Ints:
    """The fifth (0 to 4) of each return (rows, assets) within its row."""
    places = returns.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    fifth: Ints = places * FIFTHS // returns.shape[1]
    return fifth


def ranked_probability_score(chances: Floats, came: Ints) -> float:
    """The mean squared error of the cumulative chances, averaged over the assets."""
    outcome = came[:, np.newaxis] <= np.arange(FIFTHS)
    return float(((np.cumsum(chances, axis=1) - outcome) ** 2).mean())
