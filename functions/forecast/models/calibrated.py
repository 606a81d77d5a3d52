"""The default model: today's price, a width from volatility, quantiles from past outcomes.

For an origin t and a step of h trading days, the p-quantile of the log price is

    log P_t + sqrt(h) * deviation_h(t) * factor_h(t) * multiple_h(p)

`deviation` is a weighted mean of the volatility measures (volatility.py). As h grows, the weights
move from the last month to the last years. `multiple` comes from the empirical table
(outcome_table.py), `factor` from the stock's own record (own_record.py). `docs/model.md` explains
the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from functions.common.errors import TooLittleHistoryError
from functions.forecast.arrays import Days, Floats, Ints
from functions.forecast.models import moves, outcome_table
from functions.forecast.models.own_record import deviations, outcomes_so_far, width_factors
from functions.forecast.models.prediction import LEVELS, Past, Prediction, first_shown
from functions.forecast.models.volatility import measures
from functions.forecast.prices.series import PriceSeries
from functions.forecast.scoring import backtest
from functions.forecast.scoring.random_walk import FARTHEST
from functions.forecast.scoring.scores import WIS_LEVELS

FEWEST_ROWS = 30
SHORT_ROWS = 252
"""With less than a year of prices, a forecast says that its range is wider."""

KEPT, KEPT_HORIZONS = 16, 11
"""How many series a process caches, and for how many horizons each."""

LEAST_LOG, MOST_LOG = -708.0, 709.0
"""The range of log prices whose price fits a float64."""


class CalibratedModel:
    """The calibrated model. See the module's docstring."""

    name = "calibrated"
    has_quick_backtest = True

    def __init__(self, table: outcome_table.OutcomeTable | None = None) -> None:
        self._given = table
        self._past = lru_cache(maxsize=KEPT)(self._past_of)
        self._record = lru_cache(maxsize=KEPT * KEPT_HORIZONS)(self._record_of)

    def forecast(
        self, series: PriceSeries, dates: Days, levels: Sequence[float] = LEVELS
    ) -> Prediction:
        rows = len(series)
        if rows < FEWEST_ROWS:
            raise TooLittleHistoryError(series.symbol, rows, FEWEST_ROWS)
        last = np.array([rows - 1], dtype=np.intp)
        steps = np.arange(1, len(dates) + 1)
        asked = (*levels, 0.5)
        quantiles = self.quantiles(series, last, steps, asked)[0]
        return Prediction(
            dates=dates,
            levels=tuple(levels),
            quantiles=quantiles[:, :-1],
            centre=quantiles[:, -1],
            past=self._past(series),
            note=_note(rows),
        )

    def backtest(self, series: PriceSeries, horizon: int) -> backtest.Backtest:
        """See `Model.backtest`. Computes all origins at once, each from the rows up to it."""
        origins = backtest.choose_origins(len(series), horizon)
        if len(origins) == 0:
            return backtest.without_history(horizon)
        quantiles = self.quantiles(series, origins, np.array([horizon]), WIS_LEVELS)[:, 0, :]
        centre = quantiles[:, WIS_LEVELS.index(0.5)]
        return backtest.score(series, horizon, origins, centre=centre, quantiles=quantiles)

    def quantiles(
        self, series: PriceSeries, origins: Ints, steps: Ints, levels: Sequence[float]
    ) -> Floats:
        """Forecast prices (origins, steps, levels), each origin from the rows up to it."""
        width = self._widths(series, origins, steps)
        table = self._table(series)
        multiple = table.at(table.multiples(levels).T, steps).T
        move = np.clip(width[:, :, np.newaxis] * multiple, -FARTHEST, FARTHEST)
        start = np.log(series.adjusted_close[origins])[:, np.newaxis, np.newaxis]
        return _prices(start + move)

    def deviations(self, series: PriceSeries, origins: Ints, step: int) -> Floats:
        """The deviation (origins,) of the log price `step` trading days ahead."""
        return self._widths(series, origins, np.array([step]))[:, 0]

    def _past_of(self, series: PriceSeries) -> Past:
        """The part that is the same for every question, so it is cached for the last series."""
        one, table = np.array([1]), self._table(series)
        drift = _deviations(table, measures(series)[:-1], one)[:, 0]
        drift *= table.multiples((0.5,))[0, 0]
        line = _prices(np.log(series.adjusted_close[:-1]) + drift)
        fitted = np.concatenate(([np.nan], line))
        interval = np.full((len(series), 2), np.nan)
        first = max(FEWEST_ROWS, first_shown(series.dates))
        origins = np.arange(first - 1, len(series) - 1)
        if len(origins):
            interval[origins + 1] = self.quantiles(series, origins, one, (0.1, 0.9))[:, 0]
        for column in (fitted, interval):
            column.flags.writeable = False
        return Past(fitted, interval)

    def _record_of(self, series: PriceSeries, column: int) -> Floats:
        return outcomes_so_far(moves.of(series), measures(series), self._table(series), column)

    def _widths(self, series: PriceSeries, origins: Ints, steps: Ints) -> Floats:
        """The deviation (origins, steps) of the log price."""
        table = self._table(series)
        factors = width_factors(partial(self._record, series), origins, table, table.around(steps))
        short = 1.0 + table.short_history / origins
        width = _deviations(table, measures(series)[origins], steps) * table.at(factors, steps)
        return width * np.sqrt(steps) * short[:, np.newaxis]

    def _table(self, series: PriceSeries) -> outcome_table.OutcomeTable:
        return self._given or outcome_table.load(series.instrument.calendar)


def _deviations(table: outcome_table.OutcomeTable, known: Floats, steps: Ints) -> Floats:
    return deviations(known, table.at(table.weights.T, steps).T)


def _prices(logs: Floats) -> Floats:
    prices: Floats = np.exp(np.clip(logs, LEAST_LOG, MOST_LOG))
    return prices


def _note(rows: int) -> str:
    if rows >= SHORT_ROWS:
        return ""
    return f"It uses only {rows} daily prices, so its range is wider than usual."
