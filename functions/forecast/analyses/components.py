"""`plot_components`: what Prophet's line is made of, with intervals.

The intervals are of the fitted curves, not of prices: a Laplace approximation around the mode, with
the changepoints that are in use. On the days ahead the trend may turn anew as well, as Prophet
samples it. They hold if prices were as Prophet thinks they are. Stocker set the prior, the seasons
and the years, and passed none of them to Prophet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from functions.forecast.analyses.days_ahead import trading_days
from functions.forecast.analyses.document import Analysis, Band, Line, Panel, Table
from functions.forecast.models.map_fit import posterior_covariance
from functions.forecast.models.prophet_components import Components, Curve, components
from functions.forecast.models.prophet_model import FittedProphet, ProphetModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from functions.forecast.prices.series import PriceSeries

PERCENT = 80
Z = NormalDist().inv_cdf(0.5 + PERCENT / 200)
YEAR_DAYS = 365.25
NOTE = "The intervals are of the curves, not of prices, and hold if Prophet's model is right."


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Trend, yearly and monthly part of a fit to the last `training_years`, `days` ahead."""
    model = ProphetModel(parameters["changepoint_prior"], parameters["training_years"]).fit(series)
    ahead = trading_days(series, parameters["days"])
    parts = components(model, ahead)
    curves = {"trend": parts.trend, "yearly": parts.yearly, "monthly": parts.monthly}
    told = {name: curve for name, curve in curves.items() if len(curve.dates)}
    widths = _widths(model, told, ahead)
    slope = _slope_per_year(model)
    figures = {
        "trend": float(parts.trend.values[-1]),
        "trend_date": str(parts.trend.dates[-1]),
        "trend_slope_per_year": slope,
        "yearly_swing": _swing(parts.yearly),
        "monthly_swing": _swing(parts.monthly),
        "interval_percent": PERCENT,
        "noise": model.noise * model.scale,
    }
    return Analysis(
        message=_message(series, parts, slope),
        notes=[f"The prices are too few for a {name} part." for name in curves if name not in told]
        + [NOTE],
        figures=figures,
        panels=[_panel(name, curve, widths[name]) for name, curve in told.items()],
        table=Table(
            ("part", "date", "value", "low", "high"),
            [row for name, curve in told.items() for row in _rows(name, curve, widths[name])],
        ),
    )


def _message(series: PriceSeries, parts: Components, slope: float) -> str:
    trend = series.money(float(parts.trend.values[-1]))
    message = (
        f"Prophet sees {series.symbol}'s trend at {trend} on {parts.trend.dates[-1]},"
        f" {'rising' if slope >= 0 else 'falling'} by {series.money(abs(slope))} a year"
    )
    swing = _swing(parts.yearly)
    return (
        f"{message}."
        if swing is None
        else f"{message}, and a yearly swing of {series.money(swing)}."
    )


def _slope_per_year(model: FittedProphet) -> float:
    """The trend's slope after its last turn, in currency."""
    slope = float(model.weights[0] + model.slope_changes.sum())
    return slope * model.scale / model.design.span_days * YEAR_DAYS


def _widths(
    model: FittedProphet, curves: Mapping[str, Curve], ahead: NDArray[np.datetime64]
) -> dict[str, NDArray[np.float64]]:
    """Half the interval (n,) around each curve."""
    design = model.design
    covariance = posterior_covariance(
        design.columns(model.dates), model.weights, model.noise, design.hinges
    )
    widths = {}
    for name, curve in curves.items():
        if name == "trend":
            columns = [0, 1, *range(design.hinges.start, design.hinges.stop)]
        else:
            of_season = design.columns_of(name)
            columns = list(range(of_season.start, of_season.stop))
        widths[name] = _width(model, curve, columns, covariance)
    turns = np.quantile(np.abs(model.trend_paths(ahead)), PERCENT / 100, axis=1) * model.scale
    widths["trend"][-len(ahead) :] = np.hypot(widths["trend"][-len(ahead) :], turns)
    return widths


def _width(
    model: FittedProphet, curve: Curve, columns: Sequence[int], covariance: NDArray[np.float64]
) -> NDArray[np.float64]:
    part = model.design.columns(curve.dates)[:, columns]
    variance = np.einsum("ni,ij,nj->n", part, covariance[np.ix_(columns, columns)], part)
    width: NDArray[np.float64] = Z * np.sqrt(np.maximum(variance, 0.0)) * model.scale
    return width


def _panel(name: str, curve: Curve, width: NDArray[np.float64]) -> Panel:
    title = "Trend" if name == "trend" else f"{name.capitalize()} part"
    band = Band(f"{PERCENT}% interval", curve.values - width, curve.values + width)
    return Panel(title, "money", curve.dates, [Line(title.lower(), curve.values)], [band])


def _rows(name: str, curve: Curve, width: NDArray[np.float64]) -> list[tuple[Any, ...]]:
    values = zip(curve.values, curve.values - width, curve.values + width, strict=True)
    return [
        (name, day, *map(float, cells))
        for day, cells in zip(curve.dates.astype(str).tolist(), values, strict=True)
    ]


def _swing(curve: Curve) -> float | None:
    return float(np.ptp(curve.values)) if len(curve.values) else None
