"""The analyses of the Stocker class, corrected: one module for each kind, imported on first use.

Each has `analyse(series, parameters) -> Analysis`. `functions.common.messages.analyses.validated`
returns the `parameters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from typing import Any

from functions.common.errors import TooLittleHistoryError
from functions.common.messages.events import PricesIngested
from functions.common.prices.store import StoredPrices
from functions.forecast.analyses.document import Analysis, document
from functions.forecast.prices import ended
from functions.forecast.prices.series import PriceSeries
from functions.forecast.result import data_document


def named(kind: str) -> Callable[[PriceSeries, Mapping[str, Any]], Analysis]:
    """The function that computes `kind`, one of `functions.common.messages.analyses.KINDS`."""
    analyse: Callable[[PriceSeries, Mapping[str, Any]], Analysis] = import_module(
        f"functions.forecast.analyses.{kind}"
    ).analyse
    return analyse


def answer(
    ingested: PricesIngested, stored: StoredPrices, series: PriceSeries, today: date
) -> dict[str, Any]:
    """Compute the result of an analysis for the request behind `ingested`.

    The age of the prices is the time until `today`. Raises RequestError if the prices do not allow
    the analysis.
    """
    if len(series) == 0:
        raise TooLittleHistoryError(series.symbol, 0, 1)
    analysis = named(ingested.kind)(series, ingested.options)
    end = ended.sentence(series, today)
    answered = document(analysis, series)
    return {
        "symbol": series.symbol,
        "kind": ingested.kind,
        "currency": series.instrument.currency or None,
        **answered,
        "message": f"{answered['message']} {end}".rstrip(),
        "data": data_document(ingested, stored, series, today),
    }
