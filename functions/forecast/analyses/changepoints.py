"""`changepoint_date_analysis`: the ten largest turns of Prophet's trend, the largest first.

Stocker swapped the names of the directions. It read search interest with a client that no longer
exists. Here, you upload a CSV from Google Trends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.common.messages import interest_csv as interests
from functions.forecast.analyses import search_interest
from functions.forecast.analyses.document import Analysis, Line, Mark, Panel, Table
from functions.forecast.models.prophet_model import ProphetModel
from functions.forecast.models.prophet_parts import per_year
from functions.forecast.prices.series import PriceSeries

MOST = 10


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Find the changepoints of a fit to the last `training_years`."""
    model = ProphetModel(parameters["changepoint_prior"], parameters["training_years"]).fit(series)
    days, changes = model.turns
    yearly = per_year(changes[:MOST]).tolist()
    largest = list(zip(days[:MOST].astype(str).tolist(), yearly, strict=True))
    known = series.adjusted_close[-len(model.dates) :]
    trend = model.prices(model.parts(model.dates)["trend"].to_numpy())
    marks = [
        Mark(day, f"{_direction(change)} by {abs(change):.0f}% a year", change > 0)
        for day, change in largest
    ]
    lines = [Line("adjusted close", known, "actual"), Line("trend", trend)]
    panels = [Panel("Turns of the trend", "price", model.dates, lines, marks=marks)]
    figures: dict[str, Any] = {"changepoints": len(days), "shown": len(largest)}
    message, notes = _message(series.symbol, largest), []
    if "interest_csv" in parameters:
        interest = interests.read(parameters["interest_csv"], "interest_csv")
        compared = search_interest.compare(series, interest)
        panels += compared.panels
        figures |= compared.figures
        notes.append(compared.note)
    return Analysis(
        message=message,
        notes=notes,
        figures=figures,
        panels=panels,
        table=Table(
            ("date", "direction", "yearly_growth_change_percent"),
            [(day, _direction(change), change) for day, change in largest],
        ),
    )


def _direction(change: float) -> str:
    return "up" if change > 0 else "down"


def _message(symbol: str, largest: list[tuple[str, float]]) -> str:
    if not largest:
        return f"Prophet sees no turn in {symbol}'s trend."
    day, change = largest[0]
    return (
        f"{symbol}'s trend turned most on {day}: {_direction(change)} by {abs(change):.0f}% a year."
    )
