"""`changepoint_prior_validation`: which changepoint prior was best in the past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from functions.forecast.analyses.document import LEVELS, Analysis, Line, Panel, Table
from functions.forecast.analyses.evaluate import test_range, training_error
from functions.forecast.analyses.window import row_years_before
from functions.forecast.models.prophet_model import ProphetModel
from functions.forecast.prices.series import PriceSeries

NOTE = (
    "The prior that is best on one range is usually less good on others. Check it on another range."
)


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Compute errors and widths of the 80% interval by prior, in training and in the range.

    The range goes from `start` to `end`. The default is the year before the last year.
    """
    year_ago = row_years_before(series, 1)
    chosen = test_range(series, parameters, row_years_before(series, 2), year_ago)
    known = series.until(chosen.first)
    dates, actual = series.dates[chosen.rows], series.adjusted_close[chosen.rows]
    rows = []
    for prior in parameters["priors"]:
        model = ProphetModel(prior, parameters["training_years"]).fit(known)
        low, high = model.quantiles(dates, LEVELS).T
        predicted = model.line(dates)
        trained_low, trained_high = model.quantiles(model.dates, LEVELS).T
        rows.append(
            (
                prior,
                training_error(series, chosen.first, model),
                (trained_high - trained_low).mean(),
                np.abs(predicted - actual).mean(),
                (high - low).mean(),
                ((actual >= low) & (actual <= high)).mean(),
            )
        )
    best = min(rows, key=lambda row: row[3])
    walk = float(np.abs(series.adjusted_close[chosen.first - 1] - actual).mean())
    priors = np.array([row[0] for row in rows])
    columns = [np.array([row[at] for row in rows]) for at in range(1, 5)]
    panels = []
    for title, place in (("Mean absolute error", 0), ("Mean width of the 80% interval", 1)):
        lines = [Line("training", columns[place], "actual"), Line("test", columns[place + 2])]
        x_label = "changepoint prior"
        panels.append(Panel(f"{title} by prior", "money", priors, lines, x_label=x_label))
    money = series.money
    return Analysis(
        message=f"From {dates[0]} to {dates[-1]}, the changepoint prior {best[0]:g} was best."
        f" It was off by {money(best[3])} on average."
        f" The last price before was off by {money(walk)}.",
        notes=(*chosen.notes, NOTE),
        figures={
            "start": str(dates[0]),
            "end": str(dates[-1]),
            "best_prior": best[0],
            "best_test_error": best[3],
            "test_error_random_walk": walk,
        },
        panels=panels,
        table=Table(
            ("prior", "train_error", "train_range", "test_error", "test_range", "inside_interval"),
            rows,
        ),
    )
