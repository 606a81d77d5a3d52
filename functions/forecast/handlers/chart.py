"""Draws the chart of a stored result when someone asks for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from functions.common.messages.charts import DEFAULT, Variant
from functions.common.messages.events import ChartRequested
from functions.common.requests.results import ResultStore

log = logging.getLogger(__name__)


class Charting:
    """Keeps the pictures of each result that is looked at beside the result."""

    def __init__(self, results: ResultStore) -> None:
        self._results = results

    def draw(self, wanted: ChartRequested) -> None:
        """Draw the chart of `wanted.result_key`, unless it is there or its result has expired."""
        key, variant = wanted.result_key, wanted.variant
        seen: bytes | None = None
        if self._results.has_chart(key, variant):
            return
        # Its backtest may be added to a result while its chart is drawn.
        while (result := self._results.get(key)) != seen:
            if result is None:
                break
            self._results.put_chart(key, drawn(json.loads(result), variant), variant)
            seen = result
        if seen is None:
            log.warning("no result %s to draw; it has expired", key)


def drawn(result: Mapping[str, Any], variant: Variant = DEFAULT) -> bytes:
    """The picture of a result document, be it of a forecast or of an analysis."""
    from functions.forecast.charts import analysis_chart, forecast_chart

    draw = analysis_chart.draw if "panels" in result else forecast_chart.draw
    return draw(result, variant)
