"""Draws the chart of a stored result when someone asks for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from functions.common.messages.events import ChartRequested
from functions.common.requests.results import ResultStore

log = logging.getLogger(__name__)


class Charting:
    """Keeps the PNG of each result that is looked at beside the result."""

    def __init__(self, results: ResultStore) -> None:
        self._results = results

    def draw(self, wanted: ChartRequested) -> None:
        """Draw the chart of `wanted.result_key`, unless it is there or its result has expired."""
        key = wanted.result_key
        seen: bytes | None = None
        if self._results.has_chart(key):
            return
        # Its backtest may be added to a result while its chart is drawn.
        while (result := self._results.get(key)) != seen:
            if result is None:
                break
            self._results.put_chart(key, drawn(json.loads(result)))
            seen = result
        if seen is None:
            log.warning("no result %s to draw; it has expired", key)


def drawn(result: Mapping[str, Any]) -> bytes:
    """The PNG of a result document, be it of a forecast or of an analysis."""
    from functions.forecast.charts import analysis_chart
    from functions.forecast.charts import forecast_chart as chart

    return analysis_chart.draw(result) if "panels" in result else chart.draw(result)
