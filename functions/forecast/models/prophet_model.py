"""Prophet, the classic: trend with changepoints, yearly and monthly seasonality, on the price.

The configuration is the well-known Stocker class's: the last three years of adjusted closes,
linear trend with changepoint prior 0.05, yearly seasonality, monthly seasonality (period 30.5 days,
order 5), none for days and weeks, fitted and forecast on trading days only.

It is the Prophet library's model with the library's features, priors and predictive distribution,
fitted by `map_fit` in place of Stan. What differs from calling the library:

- The mode is the exact one. Stan stops a few units of log posterior short of it.
- A seasonality needs two periods of history. The library has this rule for the yearly one.
- A price cannot be negative, though a line through prices can: the distribution, its centre and
  the fitted values are censored at a thousandth of the last price.
- The point forecast is the median of the predictive distribution, which is the library's `yhat`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from functions.common.errors import TooLittleHistoryError
from functions.forecast.models.map_fit import CHANGEPOINT_SCALE, fit_map
from functions.forecast.models.prediction import LEVELS, Past, Prediction
from functions.forecast.models.prophet_components import components
from functions.forecast.models.prophet_design import Design
from functions.forecast.models.prophet_paths import symmetric_quantiles, trend_deviations
from functions.forecast.scoring import backtest
from functions.forecast.scoring.scores import WIS_LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from functions.forecast.prices.series import PriceSeries

TRAINING_YEARS = 3
FEWEST_ROWS = 30
BACKTESTED = 40
"""Origins of a backtest at most: each has a fit of its own."""

FLOOR = 1e-3
"""The least price that is forecast or fitted, as a fraction of the last one."""


@dataclass(frozen=True, eq=False)
class FittedProphet:
    """A fitted model. `weights` and `noise` are for prices divided by `scale`, in currency.

    The training window is `dates` (w,), the last rows of the series.
    """

    dates: NDArray[np.datetime64]
    design: Design
    weights: NDArray[np.float64]
    noise: float
    scale: float
    floor: float
    log_posterior: float

    @property
    def slope_changes(self) -> NDArray[np.float64]:
        """The fitted change of slope at each of `design.changepoints`."""
        return self.weights[self.design.hinges]

    def line(self, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """The modelled price (n,) on each of `dates`, before it is floored."""
        return self.design.columns(dates) @ self.weights * self.scale

    def trend_paths(self, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Deviations (h, paths) of the scaled trend on `dates`, the days after the last one."""
        times = self.design.times(dates)
        step = float(np.diff(times).mean()) if len(dates) > 1 else self.design.step
        return trend_deviations(len(dates), step, self.slope_changes)

    def quantiles(
        self, dates: NDArray[np.datetime64], levels: Sequence[float]
    ) -> NDArray[np.float64]:
        """Prices (h, q) on `dates`, the trading days after the last one."""
        around = symmetric_quantiles(self.trend_paths(dates), self.noise, levels)
        return np.maximum(self.line(dates)[:, None] + around * self.scale, self.floor)


class ProphetModel:
    """The classic by name; see the module. `changepoint_prior` is Prophet's prior scale."""

    name = "prophet"
    has_quick_backtest = False

    def __init__(
        self, changepoint_prior: float = CHANGEPOINT_SCALE, training_years: int = TRAINING_YEARS
    ) -> None:
        self._changepoint_prior = changepoint_prior
        self._training_years = training_years

    def fit(self, series: PriceSeries) -> FittedProphet:
        """Fit the last years of `series`. Raises TooLittleHistoryError under 30 rows."""
        rows = len(series)
        if rows < FEWEST_ROWS:
            raise TooLittleHistoryError(series.symbol, rows, FEWEST_ROWS)
        first = int(
            np.searchsorted(
                series.dates, years_before(series.dates[-1], self._training_years), side="right"
            )
        )
        window = slice(min(first, rows - FEWEST_ROWS), None)
        dates, prices = series.dates[window], series.adjusted_close[window]
        design = Design.of(dates)
        scale = float(prices.max())
        columns = design.columns(dates)
        mode = fit_map(columns, prices / scale, design.hinges, self._changepoint_prior)
        floor = FLOOR * float(prices[-1])
        return FittedProphet(
            dates, design, mode.weights, mode.noise, scale, floor, mode.log_posterior
        )

    def forecast(
        self,
        series: PriceSeries,
        dates: NDArray[np.datetime64],
        levels: Sequence[float] = LEVELS,
    ) -> Prediction:
        """See `Model.forecast`: up to ten years of trading days `dates`."""
        model = self.fit(series)
        fitted = np.full(len(series), np.nan)
        fitted[-len(model.dates) :] = np.maximum(model.line(model.dates), model.floor)
        return Prediction(
            dates=dates,
            levels=tuple(levels),
            quantiles=model.quantiles(dates, levels),
            centre=np.maximum(model.line(dates), model.floor),
            past=Past(fitted),
            components=components(model, dates),
        )

    def backtest(self, series: PriceSeries, horizon: int) -> backtest.Backtest:
        """See `Model.backtest`: a fit of its own at each origin, from the rows up to it."""
        origins = backtest.choose_origins(
            len(series), horizon, enough=backtest.FEWEST, most=BACKTESTED
        )
        centre = np.empty(len(origins))
        quantiles = np.empty((len(origins), len(WIS_LEVELS)))
        for row, origin in enumerate(origins):
            model = self.fit(series.until(origin + 1))
            ahead = series.dates[origin + 1 : origin + 1 + horizon]
            quantiles[row] = model.quantiles(ahead, WIS_LEVELS)[-1]
            centre[row] = max(model.line(ahead[-1:])[0], model.floor)
        return backtest.score(
            series, horizon, origins, centre=centre, quantiles=quantiles, levels=WIS_LEVELS
        )


def years_before(day: np.datetime64, years: int) -> np.datetime64:
    """The same day `years` earlier; of 29 February, the 28th."""
    month = day.astype("datetime64[M]")
    earlier = month - np.timedelta64(12 * years, "M")
    of_month = day - month.astype("datetime64[D]")
    last_of_month = (earlier + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    same_day: np.datetime64 = np.minimum(earlier.astype("datetime64[D]") + of_month, last_of_month)
    return same_day
