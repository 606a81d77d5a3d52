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
        if self._results.has_chart(wanted.result_key):
            return
        result = self._results.get(wanted.result_key)
        if result is None:
            log.warning("no result %s to draw; it has expired", wanted.result_key)
            return
        self._results.put_chart(wanted.result_key, drawn(json.loads(result)))


def drawn(result: Mapping[str, Any]) -> bytes:
    """The PNG of a result document, be it of a forecast or of an analysis."""
    from functions.forecast.charts import analysis_chart
    from functions.forecast.charts import forecast_chart as chart

    return analysis_chart.draw(result) if "panels" in result else chart.draw(result)
