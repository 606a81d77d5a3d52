"""Wakes the forecast function before a user asks for a forecast."""

from __future__ import annotations

import logging

from functions.common.errors import TemporaryError
from functions.common.messages.events import PricesWarmed, WarmupRequested
from functions.common.prices.store import PriceStore

log = logging.getLogger(__name__)


class Warming:
    """Imports a forecast's modules and connects to S3."""

    def __init__(self, prices: PriceStore) -> None:
        self._prices = prices

    def wake(self, warmed: PricesWarmed | WarmupRequested) -> None:
        """Get ready for a forecast of the symbol. Logs failures, which the next request reports."""
        from functions.forecast import models
        from functions.forecast.prices import csv_columns as price_csv  # noqa: F401 - to load it

        models.named(warmed.model)
        try:
            self._prices.check()
        except TemporaryError as error:
            log.info("the warm-up for %s failed: %s", warmed.symbol, error.detail)
