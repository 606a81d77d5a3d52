"""Draws the chart of a stored result when someone requests it."""

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
    """Stores the requested charts of each result beside the result."""

    def __init__(self, results: ResultStore) -> None:
        self._results = results

    def draw(self, wanted: ChartRequested) -> None:
        """Draw the chart of `wanted.result_key`, unless it exists or the result has expired."""
        key, variant = wanted.result_key, wanted.variant
        seen: bytes | None = None
        if self._results.has_chart(key, variant):
            return
        # While this draws a chart, the backtest may be added to the result. Then draw it again.
        while (result := self._results.get(key)) != seen:
            if result is None:
                break
            self._results.put_chart(key, drawn(json.loads(result), variant), variant)
            seen = result
        if seen is None:
            log.warning("cannot draw a chart: the result %s has expired", key)


def drawn(result: Mapping[str, Any], variant: Variant = DEFAULT) -> bytes:
    """Draw the chart of a result document, for a forecast or an analysis."""
    from functions.forecast.charts import analysis_chart, forecast_chart

    draw = analysis_chart.draw if "panels" in result else forecast_chart.draw
    return draw(result, variant)
