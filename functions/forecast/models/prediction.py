"""The interface of a model, and the prediction that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

import numpy as np

from functions.forecast.arrays import Days, Floats
from functions.forecast.models.prophet_parts import Components
from functions.forecast.prices.series import PriceSeries
from functions.forecast.scoring.backtest import Backtest

INTERVALS = (50, 80, 95)
"""The central intervals in every result, in percent."""

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
"""The quantile levels of the bounds of INTERVALS, and of the median."""


SHOWN_YEARS = 5
"""How much history goes into a result. The model uses all of it."""


def first_shown(dates: Days) -> int:
    """The first row of `dates` that goes into a result."""
    since = dates[-1] - np.timedelta64(round(SHOWN_YEARS * 365.25), "D")
    return int(np.searchsorted(dates, since))


@dataclass(frozen=True, eq=False)
class Past:
    """A model's view of past days. It does not depend on the requested horizon.

    `fitted` (n,) is the modeled price for each row of the series, NaN outside the training window.
    `day_before` (n, 2), if the model has it, is the 80% interval of each row's price, forecast from
    the rows before it. It is NaN if these are too few, and before `first_shown`.
    """

    fitted: Floats
    day_before: Floats | None = None


@dataclass(frozen=True, eq=False)
class Prediction:
    """The distribution of a price on each of `h` future trading days, and the fit to the past.

    `dates` (h,) are datetime64[D]. `levels` (q,) are ascending probabilities. `quantiles` (h, q)
    are prices, positive and not decreasing along a row. `centre` (h,) is the point forecast as a
    price (by default, the median).
    """

    dates: Days
    levels: tuple[float, ...]
    quantiles: Floats
    centre: Floats
    past: Past
    note: str = ""
    """One sentence a reader should know about this forecast, such as a short history."""
    components: Components | None = None
    """The parts of the line, if the model has any."""

    def probability_above(self, price: float) -> float:
        """The chance, 0 to 1, that the price on the last day is above `price`.

        Between and beyond the quantiles, the log price is linear in the quantiles of a Gaussian.
        """
        known, wanted = np.log(self.quantiles[-1]), np.log(price)
        left = int(np.searchsorted(known, wanted, side="right")) - 1
        left = min(max(left, 0), len(known) - 2)
        low, high = (NormalDist().inv_cdf(level) for level in self.levels[left : left + 2])
        step = float(known[left + 1] - known[left])
        if step == 0.0:  # these quantiles are one price, either above `price` or not
            return float(known[left] > wanted)
        return NormalDist().cdf(-(low + (high - low) * float(wanted - known[left]) / step))


class Model(Protocol):
    """A forecasting model: pure, seeded, and the same bits for the same input."""

    name: str
    has_quick_backtest: bool
    """Whether a backtest takes milliseconds. A slow one is added to the result later."""

    def forecast(
        self, series: PriceSeries, dates: Days, levels: Sequence[float] = LEVELS
    ) -> Prediction:
        """Forecast the adjusted close on each of `dates` (ascending trading days after the last).

        Raises TooLittleHistoryError, which names the needed rows, if there are too few.
        """

    def backtest(self, series: PriceSeries, horizon: int) -> Backtest:
        """Score past forecasts of `series` `horizon` trading days ahead, each from earlier data."""
