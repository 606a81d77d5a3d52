"""`predict_future`: the coming days on which Prophet's line goes up, and those on which it falls.

Stocker's error bars were twice too wide: the whole interval to each side. Here, `low` and `high`
are the ends of the interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from functions.forecast.analyses.document import LEVELS, Analysis, Band, Line, Panel, Table
from functions.forecast.models.prophet_model import ProphetModel
from functions.forecast.prices.series import PriceSeries

SHOWN_ROWS = 252
NOTE = (
    "Day-to-day direction is close to a coin toss. The analysis `evaluate` says how often it was"
    " right in the past."
)


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Compute the estimate, daily change and 80% interval of each trading day in `days` ahead."""
    model = ProphetModel(parameters["changepoint_prior"], parameters["training_years"]).fit(series)
    ahead = series.sessions_until(series.target(parameters["days"]))
    line = model.line(np.concatenate([series.dates[-1:], ahead]))
    estimate, change = line[1:], np.diff(line)
    low, high = model.quantiles(ahead, LEVELS).T
    rises = int((change > 0).sum())
    shown = slice(-SHOWN_ROWS, None)
    days = np.concatenate([series.dates[shown], ahead])
    gap = np.full(len(days) - len(ahead), np.nan)
    known = np.concatenate([series.adjusted_close[shown], np.full(len(ahead), np.nan)])
    lines = [Line("adjusted close", known, "actual")]
    lines.append(Line("estimate", np.concatenate([gap, estimate])))
    band = Band("80% interval", np.concatenate([gap, low]), np.concatenate([gap, high]))
    direction = np.where(change > 0, "up", "down")
    columns = (direction, estimate, change, low, high, high - low)
    rows = list(zip(ahead.astype(str), *columns, strict=True))
    return Analysis(
        message=f"Over {len(ahead)} trading days, Prophet expects {series.symbol} up on {rises} and"
        f" down on {len(ahead) - rises}.",
        notes=(NOTE,),
        figures={
            "days_up": rises,
            "days_down": len(ahead) - rises,
            "estimate": float(estimate[-1]),
            "low": float(low[-1]),
            "high": float(high[-1]),
            "target_date": str(ahead[-1]),
        },
        panels=[Panel("Prophet's estimate", "price", days, lines, [band])],
        table=Table(("date", "direction", "estimate", "change", "low", "high", "range"), rows),
    )
