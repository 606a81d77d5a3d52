"""Wakes the forecast function before somebody asks for a forecast."""

from __future__ import annotations

import logging

from functions.common.errors import TemporaryError
from functions.common.messages.events import PricesWarmed
from functions.common.prices.store import PriceStore

log = logging.getLogger(__name__)


class Warming:
    """Imports what a forecast needs and connects to S3."""

    def __init__(self, prices: PriceStore) -> None:
        self._prices = prices

    def wake(self, warmed: PricesWarmed) -> None:
        """Be ready for a forecast of the symbol. A failure is logged; whoever asks will see it."""
        from functions.forecast import models
        from functions.forecast.prices import csv_columns as price_csv  # noqa: F401 - to have them loaded

        models.named(warmed.model)
        try:
            self._prices.check()
        except TemporaryError as error:
            log.info("no warm-up for %s: %s", warmed.symbol, error.detail)
