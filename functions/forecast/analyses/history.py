"""`plot_stock`: selected columns over time, with their extremes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from functions.common.errors import InvalidFieldError
from functions.forecast.analyses.document import Analysis, Line, Panel, Table
from functions.forecast.analyses.window import window
from functions.forecast.arrays import Days, Floats
from functions.forecast.prices.series import PriceSeries

NAMES = {
    "close": "close",
    "adj_close": "adjusted close",
    "volume": "volume",
    "daily_change": "daily change",
}
OFF_MEAN = ("Percent off the mean of the range", "percent")
PANELS = {
    "basic": {
        "close": ("Price", "price"),
        "adj_close": ("Price", "price"),
        "volume": ("Volume", "shares"),
        "daily_change": ("Daily change", "money"),
    },
    "pct": {
        **dict.fromkeys(("close", "adj_close", "volume"), OFF_MEAN),
        "daily_change": ("Daily change in percent of the price before", "percent"),
    },
}
"""The title and unit of each column's panel."""


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Plot the columns from `start` to `end`, in their units or (`pct`) in percent off their mean.

    The daily change is the change of the adjusted close since the trading day before. Its mean is
    close to zero, so its percentage is of the price on the day before. The extremes and the current
    value are always in the column's own unit.
    """
    chosen = window(series, parameters)
    dates = series.dates[chosen.rows]
    change = np.diff(series.adjusted_close, prepend=np.nan)
    known = {
        "close": series.close,
        "adj_close": series.adjusted_close,
        "volume": series.volume,
        "daily_change": change,
    }
    columns = {name: known[name][chosen.rows] for name in parameters["columns"]}
    figures: dict[str, Any] = {"start": str(dates[0]), "end": str(dates[-1])}
    for name, values in columns.items():
        if np.isnan(values).all():
            message = f"names {name!r}, but the provider has no {name!r} for {series.symbol}."
            raise InvalidFieldError("columns", message)
        figures |= _extremes(name, dates, values)
    drawn = columns
    if parameters["plot_type"] == "pct":
        relative = {name: _off_mean(values) for name, values in columns.items()}
        relative["daily_change"] = 100.0 * (change / (series.adjusted_close - change))[chosen.rows]
        drawn = {name: relative[name] for name in columns}
    panel_of = PANELS[parameters["plot_type"]]
    panels = [
        Panel(title, unit, dates, _lines(drawn, panel_of, (title, unit)))
        for title, unit in dict.fromkeys(panel_of[name] for name in drawn)
    ]
    rows = zip(dates.astype(str), *drawn.values(), strict=True)
    suffix = "_percent" if parameters["plot_type"] == "pct" else ""
    return Analysis(
        message=_message(series, parameters["columns"][0], figures),
        notes=chosen.notes,
        figures=figures,
        panels=panels,
        table=Table(("date", *(f"{name}{suffix}" for name in drawn)), list(rows)),
    )


def _extremes(name: str, dates: Days, values: Floats) -> dict[str, Any]:
    at = {
        "minimum": int(np.nanargmin(values)),
        "maximum": int(np.nanargmax(values)),
        "current": int(np.flatnonzero(~np.isnan(values))[-1]),
    }
    figures: dict[str, Any] = {}
    for figure, row in at.items():
        figures[f"{name}_{figure}"] = float(values[row])
        figures[f"{name}_{figure}_date"] = str(dates[row])
    return figures


def _message(series: PriceSeries, name: str, figures: Mapping[str, Any]) -> str:
    def shown(figure: str) -> str:
        value, day = figures[f"{name}_{figure}"], figures[f"{name}_{figure}_date"]
        amount = f"{value:,.0f} shares" if name == "volume" else series.money(value)
        return f"{amount} on {day}"

    return (
        f"{series.symbol}'s {NAMES[name]} was between {shown('minimum')} and {shown('maximum')},"
        f" and {shown('current')}."
    )


def _off_mean(values: Floats) -> Floats:
    """Percent off the mean, NaN if the mean is zero."""
    mean = float(np.nanmean(values))
    off: Floats = 100.0 * (values - mean) / (abs(mean) or np.nan)
    return off


def _lines(
    drawn: Mapping[str, Floats], panel_of: Mapping[str, tuple[str, str]], panel: tuple[str, str]
) -> list[Line]:
    return [
        Line(NAMES[name], values, "actual" if name == "adj_close" else "other")
        for name, values in drawn.items()
        if panel_of[name] == panel
    ]
