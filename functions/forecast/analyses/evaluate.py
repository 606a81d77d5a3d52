"""`evaluate_prediction`: fits Prophet before a range and compares it with the prices in it.

Stocker compared the changes of different dates. It forecast 365 days, whatever the range was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from functions.common.errors import InvalidFieldError
from functions.forecast.analyses.document import LEVELS, Analysis, Band, Line, Panel, Table
from functions.forecast.analyses.window import Window, row_years_before, window
from functions.forecast.arrays import Days, Flags, Floats
from functions.forecast.models.prophet_model import FEWEST_ROWS, FittedProphet, ProphetModel
from functions.forecast.prices.series import PriceSeries

NO_COSTS = "The trading game ignores costs, taxes and interest."


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Compute errors, direction and coverage from `start` to `end` (by default, the last year).

    With `nshares`, also plays a game: hold the shares on the days that Prophet's line goes up.
    """
    chosen = test_range(series, parameters, row_years_before(series, 1), None)
    model = ProphetModel(parameters["changepoint_prior"], parameters["training_years"]).fit(
        series.until(chosen.first)
    )
    dates, actual = series.dates[chosen.rows], series.adjusted_close[chosen.rows]
    predicted = model.line(dates)
    low, high = model.quantiles(dates, LEVELS).T
    error = float(np.abs(predicted - actual).mean())
    walk = float(np.abs(series.adjusted_close[chosen.first - 1] - actual).mean())
    called, came = np.diff(predicted) > 0, np.diff(actual)
    inside = float(((actual >= low) & (actual <= high)).mean())
    figures: dict[str, Any] = {
        "start": str(dates[0]),
        "end": str(dates[-1]),
        "train_error": training_error(series, chosen.first, model),
        "test_error": error,
        "test_error_random_walk": walk,
        "accuracy_up": _share(came[called] > 0),
        "accuracy_down": _share(came[~called] < 0),
        "days_called_up": int(called.sum()),
        "days_called_down": int((~called).sum()),
        "inside_interval": inside,
    }
    lines = [Line("adjusted close", actual, "actual"), Line("predicted", predicted)]
    band = Band("80% interval", low, high)
    panels = [Panel("Predicted against actual", "price", dates, lines, [band])]
    notes = list(chosen.notes)
    if "nshares" in parameters:
        panels.append(_game(dates, actual, called, parameters["nshares"], figures))
        notes.append(NO_COSTS)
    money = series.money
    better = "closer than" if error < walk else "further off than"
    return Analysis(
        message=f"From {dates[0]} to {dates[-1]}, Prophet was off by {money(error)} on average,"
        f" {better} the last price before ({money(walk)}). Its 80% interval held {inside:.0%}.",
        notes=notes,
        figures=figures,
        panels=panels,
        table=Table(
            ("date", "actual", "predicted", "low", "high"),
            list(zip(dates.astype(str), actual, predicted, low, high, strict=True)),
        ),
    )


def test_range(
    series: PriceSeries, parameters: Mapping[str, Any], default_first: int, default_last: int | None
) -> Window:
    """The range to test on. Raises InvalidFieldError if too few prices come before it."""
    chosen = window(series, parameters, default_first=default_first, default_last=default_last)
    if chosen.first < FEWEST_ROWS:
        earliest = series.dates[min(FEWEST_ROWS, len(series) - 1)]
        message = (
            f"must leave at least {FEWEST_ROWS} prices before it to train on. The earliest date for"
            f" {series.symbol} is {earliest}."
        )
        raise InvalidFieldError("start", message)
    return chosen


def training_error(series: PriceSeries, first: int, model: FittedProphet) -> float:
    """The mean absolute error on the training rows, which end before row `first`."""
    known = series.adjusted_close[first - len(model.dates) : first]
    return float(np.abs(model.line(model.dates) - known).mean())


def _game(
    dates: Days, actual: Floats, called_up: Flags, shares: float, figures: dict[str, Any]
) -> Panel:
    steps = np.diff(actual)
    played = shares * np.concatenate([[0.0], np.cumsum(np.where(called_up, steps, 0.0))])
    held = shares * (actual - actual[0])
    figures |= {"game_profit": float(played[-1]), "buy_and_hold_profit": float(held[-1])}
    lines = [Line("following Prophet", played, "strategy"), Line("buy and hold", held, "actual")]
    return Panel("The trading game", "money", dates, lines)


def _share(right: Flags) -> float | None:
    return float(right.mean()) if len(right) else None
