"""`changepoint_prior_analysis`: how much Prophet's line bends with each changepoint prior.

Each prior has its own fit. Stocker kept the last prior for later calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from functions.forecast.analyses.document import LEVELS, Analysis, Band, Line, Panel, Table
from functions.forecast.analyses.evaluate import training_error
from functions.forecast.models.prophet_model import ProphetModel
from functions.forecast.prices.series import PriceSeries


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Fit the last `training_years` once for each prior, with an 80% ribbon `days` ahead."""
    ahead = series.sessions_until(series.target(parameters["days"]))
    lines, bands, rows = [], [], []
    dates = series.dates[:0]
    for prior in parameters["priors"]:
        model = ProphetModel(prior, parameters["training_years"]).fit(series)
        dates = np.concatenate([model.dates, ahead])
        gap = np.full(len(model.dates), np.nan)
        low, high = model.quantiles(ahead, LEVELS).T
        line = model.line(dates)
        name = f"prior {prior:g}"
        lines.append(Line(name, line, "other"))
        bands.append(Band(name, np.concatenate([gap, low]), np.concatenate([gap, high]), "other"))
        error = training_error(series, len(series), model)
        rows.append((prior, error, line[-1], low[-1], high[-1], high[-1] - low[-1]))
    known = np.full(len(dates), np.nan)
    known[: -len(ahead)] = series.adjusted_close[-(len(dates) - len(ahead)) :]
    lines.insert(0, Line("adjusted close", known, "actual"))
    estimates = [row[2] for row in rows]
    return Analysis(
        message=_message(series, ahead[-1], estimates),
        figures={
            "target_date": str(ahead[-1]),
            "lowest_estimate": min(estimates),
            "highest_estimate": max(estimates),
        },
        panels=[Panel("Fits by changepoint prior", "price", dates, lines, bands)],
        table=Table(("prior", "train_error", "estimate", "low", "high", "range"), rows),
    )


def _message(series: PriceSeries, day: np.datetime64, estimates: Sequence[float]) -> str:
    symbol, money = series.symbol, series.money
    if len(estimates) == 1:
        return f"By {day}, this changepoint prior puts {symbol} at {money(estimates[0])}."
    return (
        f"By {day}, {len(estimates)} changepoint priors put {symbol} between"
        f" {money(min(estimates))} and {money(max(estimates))}. The larger the prior, the"
        " closer the line follows the past."
    )
