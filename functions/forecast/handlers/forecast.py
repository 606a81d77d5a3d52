"""Computes and stores a result from ingested prices."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timezone

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import InvalidFieldError, PricesGoneError
from functions.common.messages.events import ForecastCompleted, PricesIngested
from functions.common.prices.store import PriceStore, StoredPrices
from functions.common.requests.keys import result_key
from functions.common.requests.record import Source, Status
from functions.common.requests.turn import Turn
from functions.forecast.prices import ended
from functions.forecast.prices.cache import RecentPrices

VERSION = "10"
"""Part of every result's key. Raise it if the same prices would get another answer."""

PENDING = b'"status":"pending"'
"""A stored result contains this until its backtest is computed."""

log = logging.getLogger(__name__)


class Forecasting:
    """Computes each forecast once. `clock` returns the time in epoch seconds.

    The results of the same `period_s` seconds share the history of their prices.
    """

    def __init__(self, prices: PriceStore, clock: Callable[[], float], period_s: float) -> None:
        self._prices = prices
        self._period_s = max(period_s, 1.0)
        self._recent = RecentPrices(prices)
        self._clock = clock

    def forecast(self, ingested: PricesIngested, turn: Turn) -> ForecastCompleted | None:
        """Answer the request with its stored result, or compute the result now.

        Equal requests share one computation. Returns None if the request has already ended. Raises
        RequestError if its time is over or the prices do not allow a forecast, and TemporaryError
        if a store does not answer.
        """
        requested = ingested.requested
        key = self._key(ingested, ingested.etag)
        begun = turn.begin(requested, Status.FORECASTING, result_key=key)
        if begun is None:
            return None
        result, source = begun.result, Source.STORED
        if result is None:
            stored = self._read_prices(ingested)
            if stored.etag != ingested.etag:
                key = self._key(ingested, stored.etag)
                result = turn.result(key)
        if result is None:
            result, source = computed(ingested, stored, self._today()), Source.COMPUTED
        turn.done(requested, key, result, source, fresh_until_ms=_fresh_until_ms(ingested))
        return ForecastCompleted(requested.request_id, requested.symbol, key, PENDING in result)

    def _read_prices(self, ingested: PricesIngested) -> StoredPrices:
        """The prices that the event points to, or newer ones if they were replaced."""
        if ingested.bucket != self._prices.bucket_name:
            message = f"must be {self._prices.bucket_name!r}, not {ingested.bucket!r}."
            raise InvalidFieldError("bucket", message)
        expected = self._prices.key_of(ingested.provider, ingested.symbol)
        if ingested.key != expected:
            message = f"must be {expected!r} for these prices, not {ingested.key!r}."
            raise InvalidFieldError("key", message)
        stored = self._recent.get(ingested.key, ingested.etag)
        if stored is None:
            raise PricesGoneError(ingested.symbol)
        if stored.etag != ingested.etag:
            log.info("the prices were replaced meanwhile: using %s", stored.etag)
        return stored

    def _key(self, ingested: PricesIngested, etag: str) -> str:
        # A result names the age of its prices, so it changes with time even for the same prices.
        age = ended.days_since(date.fromisoformat(ingested.last_date), self._today())
        # The history is stored once in each period, so that it needs no renewal to outlive results.
        period = int(self._clock() // self._period_s)
        said = f"{VERSION} {age} days old{' stale' if ingested.stale else ''} {period}"
        return result_key(ingested.requested, etag, said)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), timezone.utc).date()


def _fresh_until_ms(ingested: PricesIngested) -> int:
    if ingested.stale or not ingested.fresh_until:
        return 0
    until = datetime.fromisoformat(ingested.fresh_until.replace("Z", "+00:00"))
    return int(until.timestamp() * 1000)


def computed(ingested: PricesIngested, stored: StoredPrices, today: date) -> bytes:
    """Compute the result (JSON) for the request behind `ingested` from the `stored` prices.

    The age of the prices is the time until `today`. Raises RequestError if the prices do not allow
    a forecast.
    """
    from functions.forecast.prices import csv_columns as price_csv

    series = price_csv.read(ingested.symbol, stored.body, stored.instrument)
    if ingested.requested.is_analysis:
        from functions.forecast import analyses

        return json_bytes(analyses.answer(ingested, stored, series, today))
    from functions.forecast import models, result

    return result.answer(ingested, stored, series, models.named(ingested.model), today)
