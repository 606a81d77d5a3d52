"""What Prophet regresses a price on: time, hinges at possible changepoints, and Fourier terms.

The same columns, scales and changepoints as the Prophet library builds for its linear, additive
model (Taylor and Letham 2018, sections 3.1 and 3.2), in NumPy alone: the library's import costs a
waiting person more than the whole forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANGEPOINTS = 25
CHANGEPOINT_RANGE = 0.8
"""Changepoints stand at even steps in this leading part of the training window."""


class Seasonality(NamedTuple):
    """A periodic component: `order` pairs of sine and cosine of a period in days."""

    name: str
    period_days: float
    order: int


YEARLY = Seasonality("yearly", 365.25, 10)
MONTHLY = Seasonality("monthly", 30.5, 5)


@dataclass(frozen=True, eq=False)
class Design:
    """How dates become regressors, fixed by the training window.

    Model time runs from 0 on `start` to 1 on the window's last day. `changepoints` (s,) are model
    times; `seasonalities` are those the window is long enough for.
    """

    start: np.datetime64
    span_days: float
    step: float
    changepoints: NDArray[np.float64]
    seasonalities: tuple[Seasonality, ...]

    @classmethod
    def of(cls, dates: NDArray[np.datetime64]) -> Design:
        """The design of a training window of at least three days, `dates` ascending.

        A seasonality takes part once two of its periods are seen, which is Prophet's own rule for
        its yearly one, and there are more rows than parameters: with fewer the noise could shrink
        to nothing and the posterior has no maximum.
        """
        rows = len(dates)
        span_days = float((dates[-1] - dates[0]) / np.timedelta64(1, "D"))
        leading = int(np.floor(rows * CHANGEPOINT_RANGE))
        count = min(CHANGEPOINTS, leading - 1)
        at = np.linspace(0, leading - 1, count + 1).round().astype(int)[1:]

        parameters = 2 + count
        seasonalities: list[Seasonality] = []
        for seasonality in (MONTHLY, YEARLY):
            parameters += 2 * seasonality.order
            if parameters < rows and span_days >= np.floor(2 * seasonality.period_days):
                seasonalities.append(seasonality)
        times = (dates - dates[0]) / np.timedelta64(1, "D") / span_days
        return cls(
            dates[0], span_days, float(np.diff(times).mean()), times[at], tuple(seasonalities)
        )

    def times(self, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Model times (n,) of calendar dates (n,)."""
        elapsed: NDArray[np.float64] = (dates - self.start) / np.timedelta64(1, "D")
        return elapsed / self.span_days

    def columns(self, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """The regressors (n, p): time, one, each seasonality's terms, a hinge a changepoint."""
        times = self.times(dates)
        hinges = np.maximum(times[:, None] - self.changepoints, 0.0)
        waves = [fourier(dates, seasonality) for seasonality in self.seasonalities]
        return np.column_stack([times, np.ones_like(times), *waves, hinges])

    def columns_of(self, name: str) -> slice:
        """Which columns are the seasonality's."""
        first = 2
        for seasonality in self.seasonalities:
            if seasonality.name == name:
                return slice(first, first + 2 * seasonality.order)
            first += 2 * seasonality.order
        return slice(first, first)

    @property
    def hinges(self) -> slice:
        """Which columns are the changepoints'."""
        first = 2 + sum(2 * seasonality.order for seasonality in self.seasonalities)
        return slice(first, first + len(self.changepoints))


def fourier(dates: NDArray[np.datetime64], seasonality: Seasonality) -> NDArray[np.float64]:
    """Sines and cosines (n, 2 * order), in turn, of the days since 1970."""
    days = (dates - np.datetime64("1970-01-01", "D")) / np.timedelta64(1, "D")
    frequencies = np.arange(1, seasonality.order + 1) / seasonality.period_days
    angles = 2 * np.pi * days[:, None] * frequencies
    waves = np.empty((len(dates), 2 * seasonality.order))
    waves[:, 0::2] = np.sin(angles)
    waves[:, 1::2] = np.cos(angles)
    return waves
