"""Adds a slow backtest to a result after the user has seen the forecast."""

from __future__ import annotations

import json
import logging
from typing import Any

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import StockcastError, TemporaryError
from functions.common.messages.events import ForecastCompleted
from functions.common.prices.store import PriceStore
from functions.common.requests.claims import Claims, Outcome
from functions.common.requests.results import ResultStore
from functions.common.requests.store import Requests

log = logging.getLogger(__name__)


class Backtesting:
    """Computes each pending backtest once."""

    def __init__(
        self, prices: PriceStore, requests: Requests, results: ResultStore, claims: Claims
    ) -> None:
        self._prices = prices
        self._requests = requests
        self._results = results
        self._claims = claims

    def complete(self, completed: ForecastCompleted) -> None:
        """Add the backtest, or the reason why there is none, to the stored result.

        Also updates the request's row in the table of its batch, if it has one. Raises
        TemporaryError if a store does not answer.
        """
        key = completed.result_key
        with self._claims.claimed(f"stockcast:backtesting:{{{key}}}") as claim:
            stored = self._results.stored(key)
            if stored is None:
                log.warning("cannot add a backtest: the result %s has expired", key)
                return
            result = json.loads(stored)
            if result.get("backtest", {}).get("status") == "pending":
                add_backtest(result, self._prices)
                self._results.replace(key, json_bytes(result))
            self._requests.tell(completed.request_id, result)
            if not isinstance(claim, Outcome):
                claim.complete(key, ttl_s=1.0)


def add_backtest(result: dict[str, Any], prices: PriceStore) -> None:
    """Compute the backtest and add it, or the reason why there is none, to the result.

    Raises TemporaryError if the store does not answer.
    """
    from functions.forecast import result as result_document
    from functions.forecast.scoring import backtest

    horizon = len(result["forecast"]["dates"])
    try:
        record = _computed(result, prices, horizon)
    except TemporaryError:
        raise
    except (StockcastError, ArithmeticError, ValueError) as error:
        log.exception("the backtest of %s failed: %s", result["symbol"], error)  # noqa: TRY401 - told
        record = backtest.failed(horizon)
    result_document.add_backtest(result, record)


def _computed(result: dict[str, Any], prices: PriceStore, horizon: int) -> Any:
    import numpy as np

    from functions.forecast import models
    from functions.forecast.prices import csv_columns as price_csv
    from functions.forecast.scoring import backtest

    stored = prices.get(result["data"]["s3_key"])
    if stored is None:
        return backtest.failed(horizon)
    series = price_csv.read(result["symbol"], stored.body, stored.instrument)
    # The file may have newer prices by now. The forecast did not know them.
    last = np.datetime64(result["last_date"])
    known = series.until(int(np.searchsorted(series.dates, last, side="right")))
    return models.named(result["model"]).backtest(known, horizon)
