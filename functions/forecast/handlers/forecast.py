"""From ingested prices to a stored result."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date, datetime, timezone

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import InvalidFieldError, PricesGoneError
from functions.common.messages.events import ForecastCompleted, ForecastRequested, PricesIngested
from functions.common.prices.store import PriceStore, StoredPrices
from functions.common.requests import batches as batch_record
from functions.common.requests.claims import Claims, Outcome
from functions.common.requests.record import Source, Status
from functions.common.requests.results import ResultStore, result_key
from functions.common.requests.store import RequestStore
from functions.forecast.prices.cache import RecentPrices

VERSION = "8"
"""Part of every result's key: raise it when the same prices would get another answer."""

PENDING = b'"status":"pending"'
"""In a stored result: its backtest is still to be computed."""

log = logging.getLogger(__name__)


class Forecasting:
    """Computes each forecast once. `clock` gives the time in epoch seconds."""

    def __init__(
        self,
        prices: PriceStore,
        requests: RequestStore,
        results: ResultStore,
        claims: Claims,
        clock: Callable[[], float],
    ) -> None:
        self._prices = prices
        self._recent = RecentPrices(prices)
        self._requests = requests
        self._results = results
        self._claims = claims
        self._clock = clock

    def forecast(self, ingested: PricesIngested) -> ForecastCompleted | None:
        """Answer the request with the stored result for it, computed now if there is none.

        Equal requests in flight share one computation. None where the request has ended before.
        Raises RequestError where its time is over or the prices named cannot be forecast from,
        TemporaryError where a store does not answer.
        """
        requested = ingested.requested
        if self._requests.begin(requested, Status.FORECASTING) is None:
            return None
        stored = self._read_prices(ingested)
        version = f"{VERSION} stale" if ingested.stale else VERSION
        key = result_key(requested, stored.etag, version)
        with self._claims.claimed(f"stockcast:computing:{{{key}}}") as claim:
            known, source = self._results.get(key), Source.STORED
            if known is None:
                known, source = computed(ingested, stored, self._today()), Source.COMPUTED
                self._results.put(key, known)
            if not isinstance(claim, Outcome):
                claim.complete(key, ttl_s=1.0)
        self._requests.done(requested, key, source, **_headline(requested, known))
        self._results.remember_latest(requested, key, fresh_for_s=self._fresh_for(ingested))
        return ForecastCompleted(requested.request_id, requested.symbol, key, PENDING in known)

    def _read_prices(self, ingested: PricesIngested) -> StoredPrices:
        """The prices the event points to; newer ones if they were replaced since."""
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
            log.info("the prices were replaced since; using %s", stored.etag)
        return stored

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), timezone.utc).date()

    def _fresh_for(self, ingested: PricesIngested) -> float:
        if ingested.stale or not ingested.fresh_until:
            return 0.0
        until = datetime.fromisoformat(ingested.fresh_until.replace("Z", "+00:00"))
        return until.timestamp() - self._clock()


def computed(ingested: PricesIngested, stored: StoredPrices, today: date) -> bytes:
    """The result, JSON, for the request that `ingested` came from, from the prices it points to.

    `today` is what the age of the prices is counted to. Raises RequestError where the prices
    cannot be forecast from.
    """
    from functions.forecast.prices import csv_columns as price_csv

    series = price_csv.read(ingested.symbol, stored.body)
    if ingested.requested.is_analysis:
        from functions.forecast import analyses

        return json_bytes(analyses.answer(ingested, stored, series, today))
    from functions.forecast import models, result

    return result.answer(ingested, stored, series, models.named(ingested.model), today)


def _headline(requested: ForecastRequested, result: bytes) -> dict[str, str]:
    """What the table of a batch needs, kept with the request: results are large."""
    if requested.is_analysis or not batch_record.is_member(requested.request_id):
        return {}
    return {"headline": json.dumps(batch_record.headline(json.loads(result)))}
