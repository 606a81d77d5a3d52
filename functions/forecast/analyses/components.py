"""`plot_components`: the parts of Prophet's line, with intervals.

The trend is a price. A season is the percentage by which it moves that price. The intervals are for
the fitted curves, not for prices. They are a Laplace approximation around the mode, with the
changepoints in use. On the days ahead, they also include new turns of the trend, as Prophet
samples them. The intervals hold only if Prophet's model is right. Stocker set the prior, the
seasons and the years, but passed none of them to Prophet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from functions.forecast.analyses.document import Analysis, Band, Line, Panel, Table
from functions.forecast.arrays import Days, Floats
from functions.forecast.models.map_fit import posterior_covariance
from functions.forecast.models.prophet_model import FittedProphet, ProphetModel
from functions.forecast.models.prophet_parts import Components, Curve, in_percent, per_year
from functions.forecast.prices.series import PriceSeries

PERCENT = 80
Z = NormalDist().inv_cdf(0.5 + PERCENT / 200)
NOTE = "The intervals are for the curves, not for prices. They hold if Prophet's model is right."

Bounds = tuple[Floats, Floats, Floats]
"""A curve, and the low and high of its interval, in the displayed unit."""


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Split a fit to the last `training_years` into trend and seasons, up to `days` ahead."""
    model = ProphetModel(parameters["changepoint_prior"], parameters["training_years"]).fit(series)
    ahead = series.sessions_until(series.target(parameters["days"]))
    parts = model.components(model.parts(np.concatenate([model.dates, ahead])))
    curves = {"trend": parts.trend, "yearly": parts.yearly, "monthly": parts.monthly}
    known = {name: curve for name, curve in curves.items() if len(curve.dates)}
    widths = _widths(model, known, ahead)
    shown = {name: _bounds(model, name, curve, widths[name]) for name, curve in known.items()}
    trend, growth = float(shown["trend"][0][-1]), _growth(model)
    figures = {
        "trend": trend,
        "trend_date": str(parts.trend.dates[-1]),
        "yearly_growth_percent": growth,
        "yearly_swing_percent": _swing(parts.yearly),
        "monthly_swing_percent": _swing(parts.monthly),
        "interval_percent": PERCENT,
        "noise_percent": float(in_percent(np.array(model.noise))),
    }
    return Analysis(
        message=_message(series, parts, trend, growth),
        notes=[
            f"There are too few prices for a {name} part." for name in curves if name not in known
        ]
        + [NOTE],
        figures=figures,
        panels=[_panel(name, known[name].dates, bounds) for name, bounds in shown.items()],
        table=Table(
            ("part", "date", "value", "low", "high", "unit"),
            [row for name, bounds in shown.items() for row in _rows(name, known[name], bounds)],
        ),
    )


def _message(series: PriceSeries, parts: Components, trend: float, growth: float) -> str:
    message = (
        f"Prophet sees {series.symbol}'s trend at {series.money(trend)} on {parts.trend.dates[-1]},"
        f" {'rising' if growth >= 0 else 'falling'} by {abs(growth):.1f}% a year"
    )
    swing = _swing(parts.yearly)
    return f"{message}." if swing is None else f"{message}, and a yearly swing of {swing:.1f}%."


def _growth(model: FittedProphet) -> float:
    """The trend's growth in percent a year after its last turn."""
    slope = float(model.weights[0] + model.library.params["delta"].sum())
    return float(per_year(np.array(slope * model.scale / model.span_days)))


def _widths(model: FittedProphet, curves: Mapping[str, Curve], ahead: Days) -> dict[str, Floats]:
    """Half the width (n,) of the interval around each curve, in logs."""
    covariance = posterior_covariance(
        model.regressors(model.dates), model.weights, model.noise / model.scale, model.priors
    )
    widths = {
        name: _width(model, curve, model.columns_of(name), covariance)
        for name, curve in curves.items()
    }
    trend = curves["trend"].logs[-len(ahead) :, np.newaxis]
    turns = np.quantile(np.abs(model.samples(ahead)["trend"] - trend), PERCENT / 100, axis=1)
    widths["trend"][-len(ahead) :] = np.hypot(widths["trend"][-len(ahead) :], turns)
    return widths


def _width(
    model: FittedProphet, curve: Curve, columns: Sequence[int], covariance: Floats
) -> Floats:
    part = model.regressors(curve.dates)[:, columns]
    variance = np.einsum("ni,ij,nj->n", part, covariance[np.ix_(columns, columns)], part)
    width: Floats = Z * np.sqrt(np.maximum(variance, 0.0)) * model.scale
    return width


def _bounds(model: FittedProphet, name: str, curve: Curve, width: Floats) -> Bounds:
    shown = model.prices if name == "trend" else in_percent
    return shown(curve.logs), shown(curve.logs - width), shown(curve.logs + width)


def _panel(name: str, dates: Days, bounds: Bounds) -> Panel:
    title = "Trend" if name == "trend" else f"{name.capitalize()} part"
    values, low, high = bounds
    band = Band(f"{PERCENT}% interval", low, high)
    return Panel(title, _unit(name), dates, [Line(title.lower(), values)], [band])


def _rows(name: str, curve: Curve, bounds: Bounds) -> list[tuple[Any, ...]]:
    days = curve.dates.astype(str)
    return [(name, *cells, _unit(name)) for cells in zip(days, *bounds, strict=True)]


def _unit(name: str) -> str:
    return "money" if name == "trend" else "percent"


def _swing(curve: Curve) -> float | None:
    return float(np.ptp(curve.percent)) if len(curve.dates) else None
