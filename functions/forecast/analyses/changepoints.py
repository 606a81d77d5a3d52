"""`changepoint_date_analysis`: where Prophet's trend turns, the ten largest turns first.

Stocker named the directions the wrong way round. Its search interest came from a client that is
gone: a CSV that Google Trends exports takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from functions.common.messages import interest_csv as interests
from functions.forecast.analyses import search_interest
from functions.forecast.analyses.document import Analysis, Line, Mark, Panel, Table
from functions.forecast.models.prophet_components import components, turning_points
from functions.forecast.models.prophet_model import ProphetModel

if TYPE_CHECKING:
    from functions.forecast.prices.series import PriceSeries

MOST = 10


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """The changepoints of a fit to the last `training_years`, over prices and trend."""
    model = ProphetModel(parameters["changepoint_prior"], parameters["training_years"]).fit(series)
    days, changes = turning_points(model)
    largest = list(zip(days[:MOST].astype(str).tolist(), changes[:MOST].tolist(), strict=True))
    known = series.adjusted_close[-len(model.dates) :]
    trend = components(model, model.dates[:0]).trend
    money = series.money
    marks = [
        Mark(day, f"{_direction(change)} by {money(abs(change) * 365.25)} a year", change > 0)
        for day, change in largest
    ]
    panels = [
        Panel(
            "Turns of the trend",
            "price",
            model.dates,
            [Line("adjusted close", known, "actual"), Line("trend", trend.values)],
            marks=marks,
        )
    ]
    figures: dict[str, Any] = {"changepoints": len(days), "shown": len(largest)}
    message, notes = _message(series, largest), []
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
            ("date", "direction", "slope_change_per_day", "slope_change_per_year"),
            [(day, _direction(change), change, change * 365.25) for day, change in largest],
        ),
    )


def _direction(change: float) -> str:
    return "up" if change > 0 else "down"


def _message(series: PriceSeries, largest: list[tuple[str, float]]) -> str:
    if not largest:
        return f"Prophet sees no turn in {series.symbol}'s trend."
    day, change = largest[0]
    return (
        f"{series.symbol}'s trend turned most on {day}: {_direction(change)} by"
        f" {series.money(abs(change) * 365.25)} a year."
    )
