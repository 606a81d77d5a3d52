"""The Prophet model: the Prophet library on log prices, with the settings of the Stocker class.

It fits the last three years of adjusted closes, with a linear trend (changepoint prior 0.05) and
yearly and monthly seasons (period 30.5 days, order 5). It has no daily or weekly season, and uses
trading days only. Two things differ from the library's defaults:

- The library gets the log of the price, because a price is positive and its seasons are
  proportional to it. It scales the log to its range (`scaling="minmax"`), so the price's unit does
  not matter.
- The parameters are exactly the most probable ones (`exact_backend`). Stan stops before it reaches
  them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd

from functions.common.errors import TooLittleHistoryError
from functions.forecast.arrays import Days, Floats
from functions.forecast.models.exact_backend import ExactProphet, regressors
from functions.forecast.models.prediction import LEVELS, Past, Prediction
from functions.forecast.models.prophet_parts import Components, Curve
from functions.forecast.prices.series import PriceSeries, years_before
from functions.forecast.scoring import backtest
from functions.forecast.scoring.random_walk import FARTHEST
from functions.forecast.scoring.scores import WIS_LEVELS

CHANGEPOINT_PRIOR = 0.05
CHANGEPOINTS = 25
TRAINING_YEARS = 3
FEWEST_ROWS = 30
BACKTESTED = 40
"""The most origins of a backtest. Each needs its own fit."""

YEARLY_ORDER, YEARLY_LEAST_DAYS = 10, 730
MONTHLY_PERIOD, MONTHLY_ORDER = 30.5, 5
SEASON_DAYS = {"yearly": 365, "monthly": 31}
LEAST_SHARE = 1e-3
"""A slope change below this share of the largest one is a rounding error, not a turn."""
SAMPLES = 1000
SEED = 1729

_drawing = threading.Lock()


@dataclass(frozen=True, eq=False)
class FittedProphet:
    """A fitted model. `dates` (w,) are its training window, `last_price` is its last close."""

    dates: Days
    library: ExactProphet
    last_price: float

    @property
    def scale(self) -> float:
        """One unit of the library's scaled values, in logs."""
        return float(self.library.y_scale)

    @property
    def noise(self) -> float:
        """The deviation of log prices around the line."""
        return float(self.library.params["sigma_obs"][0, 0]) * self.scale

    @property
    def weights(self) -> Floats:
        """The parameters (p,), scaled, in the order of `regressors`."""
        found = self.library.params
        return np.concatenate([np.ravel(found[name]) for name in ("k", "m", "beta", "delta")])

    @property
    def span_days(self) -> float:
        """The calendar days of the training window. They are one unit of the library's time."""
        return float((self.dates[-1] - self.dates[0]) / np.timedelta64(1, "D"))

    @property
    def turns(self) -> tuple[Days, Floats]:
        """The changepoints in use (k,), largest first, and their slope changes in logs a day."""
        changes = self.library.params["delta"][0] * self.library.y_scale / self.span_days
        days = self.library.changepoints.to_numpy().astype("datetime64[D]")
        largest_first = np.argsort(-np.abs(changes), kind="stable")
        size = np.abs(changes[largest_first])
        used = largest_first[(size > 0.0) & (size >= LEAST_SHARE * size[:1].sum())]
        return days[used], changes[used]

    def season(self, name: str) -> Curve:
        """A season over its first period after the training window."""
        if name not in self.library.seasonalities:
            return Curve(self.dates[:0], np.empty(0))
        dates = self.dates[-1] + np.arange(1, SEASON_DAYS[name] + 1)
        return Curve(dates, self.parts(dates)[name].to_numpy())

    def components(self, parts: pd.DataFrame) -> Components:
        """The parts of the line. The trend is on the days of `parts`."""
        trend = Curve(parts["ds"].to_numpy().astype("datetime64[D]"), parts["trend"].to_numpy())
        return Components(trend, self.season("yearly"), self.season("monthly"), *self.turns)

    @property
    def priors(self) -> list[float]:
        """The prior scale of each Fourier term."""
        terms = len(np.ravel(self.library.params["beta"]))
        return [self.library.seasonality_prior_scale if self.library.seasonalities else 1.0] * terms

    def columns_of(self, part: str) -> list[int]:
        """The columns of `regressors` that make up a part of the line: `trend` or a season."""
        fourier = self.library.train_component_cols
        if part != "trend":
            return [2 + int(column) for column in np.flatnonzero(fourier[part])]
        return [0, 1, *range(2 + len(fourier), len(self.weights))]

    def parts(self, dates: Days) -> pd.DataFrame:
        """The library's `yhat`, `trend` and seasons on `dates`, as logs of the price."""
        self.library.uncertainty_samples = 0
        return self.library.predict(_frame(dates))

    def line(self, dates: Days) -> Floats:
        """The modeled price (n,) on each of `dates`."""
        return self.prices(self.parts(dates)["yhat"].to_numpy())

    def quantiles(self, dates: Days, levels: Sequence[float]) -> Floats:
        """Price quantiles (n, q) on `dates`, from the library's predictive samples."""
        drawn = self.samples(dates)["yhat"]
        return self.prices(np.quantile(drawn, np.asarray(levels), axis=1).T)

    def samples(self, dates: Days) -> dict[str, Floats]:
        """The library's draws (n, SAMPLES) of `yhat` and `trend` on `dates`, as logs."""
        with _seeded():
            self.library.uncertainty_samples = SAMPLES
            drawn: dict[str, Floats] = self.library.predictive_samples(_frame(dates))
        return drawn

    def regressors(self, dates: Days) -> Floats:
        """The columns (n, p) that the parameters weigh. See `exact_backend.regressors`."""
        frame = self.library.setup_dataframe(_frame(dates))
        fourier, *_ = self.library.make_all_seasonality_features(frame)
        return regressors(frame["t"], fourier, self.library.changepoints_t)

    def prices(self, logs: Floats) -> Floats:
        """Turn logs into prices, within the limit of all models (FARTHEST)."""
        last = np.log(self.last_price)
        prices: Floats = np.exp(np.clip(logs, last - FARTHEST, last + FARTHEST))
        return prices


class ProphetModel:
    """The Prophet model. `changepoint_prior` is Prophet's `changepoint_prior_scale`."""

    name = "prophet"
    has_quick_backtest = False

    def __init__(
        self, changepoint_prior: float = CHANGEPOINT_PRIOR, training_years: int = TRAINING_YEARS
    ) -> None:
        self._changepoint_prior = changepoint_prior
        self._training_years = training_years

    def fit(self, series: PriceSeries) -> FittedProphet:
        """Fit the last years of `series`. Raises TooLittleHistoryError if it has under 30 rows."""
        rows = len(series)
        if rows < FEWEST_ROWS:
            raise TooLittleHistoryError(series.symbol, rows, FEWEST_ROWS)
        since = years_before(series.dates[-1], self._training_years)
        first = int(np.searchsorted(series.dates, since, side="right"))
        window = slice(min(first, rows - FEWEST_ROWS), None)
        dates, prices = series.dates[window], series.adjusted_close[window]
        library = settings(ExactProphet, dates, self._changepoint_prior)
        library.fit(training_frame(dates, prices))
        return FittedProphet(dates, library, float(prices[-1]))

    def forecast(
        self, series: PriceSeries, dates: Days, levels: Sequence[float] = LEVELS
    ) -> Prediction:
        """See `Model.forecast`. `dates` can be up to ten years of trading days."""
        model = self.fit(series)
        parts = model.parts(np.concatenate([model.dates, dates]))
        line = model.prices(parts["yhat"].to_numpy())
        fitted = np.full(len(series), np.nan)
        fitted[-len(model.dates) :] = line[: len(model.dates)]
        return Prediction(
            dates=dates,
            levels=tuple(levels),
            quantiles=model.quantiles(dates, levels),
            centre=line[len(model.dates) :],
            past=Past(fitted),
            components=model.components(parts),
        )

    def backtest(self, series: PriceSeries, horizon: int) -> backtest.Backtest:
        """See `Model.backtest`. Each origin has its own fit to the rows up to it."""
        origins = backtest.choose_origins(
            len(series), horizon, enough=backtest.FEWEST, most=BACKTESTED
        )
        centre = np.empty(len(origins))
        quantiles = np.empty((len(origins), len(WIS_LEVELS)))
        for row, origin in enumerate(origins):
            model = self.fit(series.until(origin + 1))
            ahead = series.dates[origin + 1 : origin + 1 + horizon]
            quantiles[row] = model.quantiles(ahead, WIS_LEVELS)[-1]
            centre[row] = model.line(ahead[-1:])[0]
        return backtest.score(series, horizon, origins, centre=centre, quantiles=quantiles)


def settings(library: type[ExactProphet], dates: Days, changepoint_prior: float) -> ExactProphet:
    """Set up the library (with Stan or our optimizer) for a window of `dates`.

    A season takes part if the window has two of its periods, which is the library's own rule for
    the yearly season. There must also be more rows than parameters. Otherwise, the noise could
    shrink to zero.
    """
    rows, days = len(dates), int((dates[-1] - dates[0]) / np.timedelta64(1, "D"))
    parameters = 2 + CHANGEPOINTS + 2 * MONTHLY_ORDER
    has_monthly = rows > parameters and days >= 2 * MONTHLY_PERIOD
    has_yearly = rows > parameters + 2 * YEARLY_ORDER and days >= YEARLY_LEAST_DAYS
    model = library(
        n_changepoints=CHANGEPOINTS,
        changepoint_prior_scale=changepoint_prior,
        yearly_seasonality=YEARLY_ORDER if has_yearly else False,
        weekly_seasonality=False,
        daily_seasonality=False,
        scaling="minmax",
    )
    if has_monthly:
        model.add_seasonality("monthly", period=MONTHLY_PERIOD, fourier_order=MONTHLY_ORDER)
    return model


def training_frame(dates: Days, prices: Floats) -> pd.DataFrame:
    """The library's training data: `ds`, and `y`, the log of the price."""
    return _frame(dates).assign(y=np.log(prices))


def _frame(dates: Days) -> pd.DataFrame:
    return pd.DataFrame({"ds": dates.astype("datetime64[ns]")})


@contextmanager
def _seeded() -> Iterator[None]:
    """Lock and seed NumPy's global generator, because the library draws from it."""
    with _drawing:
        state = np.random.get_state()  # noqa: NPY002 - the library's
        np.random.seed(SEED)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002
