"""From a requested forecast to prices in S3."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from functions.common.claims import Claim, Claims
from functions.common.errors import TemporaryError, UnknownSymbolError
from functions.common.events import ForecastRequested, PricesIngested
from functions.common.price_store import ChangedMeanwhileError, PriceStore, StoredPrices
from functions.common.request_record import Status, iso
from functions.common.request_store import RequestStore
from functions.ingest.freshness import fresh_until
from functions.ingest.providers import Provider

log = logging.getLogger(__name__)


class Ingestion:
    """Makes sure that fresh prices lie in S3. `clock` gives the time in epoch seconds."""

    def __init__(
        self,
        providers: Sequence[Provider],
        prices: PriceStore,
        requests: RequestStore,
        claims: Claims,
        *,
        max_age_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._providers = providers
        self._prices = prices
        self._requests = requests
        self._claims = claims
        self._max_age_s = max_age_s
        self._clock = clock

    def ingest(self, requested: ForecastRequested) -> PricesIngested:
        """Point to fresh prices of the symbol, fetched now if need be.

        The first provider that knows the symbol answers. Raises UnknownSymbolError where none
        does, TemporaryError where a provider or S3 does not answer now.
        """
        self._requests.advance(requested, Status.INGESTING)
        unknown: UnknownSymbolError | None = None
        for provider in self._providers:
            try:
                stored = self._fresh(provider, requested.symbol)
            except UnknownSymbolError as error:
                unknown = unknown or error
                continue
            return self._ingested(requested, stored)
        raise unknown or UnknownSymbolError(f"No provider is set up for {requested.symbol}.")

    def _fresh(self, provider: Provider, symbol: str) -> StoredPrices:
        key = self._prices.key_of(provider.name, symbol)
        stored = self._prices.head(key)
        if stored and self._is_fresh(stored):
            return stored
        # One fetch at a time for a symbol: whoever waited here finds its prices in S3.
        with self._claims.claimed(f"stockcast:fetching:{{{key}}}") as claim:
            stored = self._prices.head(key)
            if stored and self._is_fresh(stored):
                return stored
            fetched = self._fetch(provider, symbol, stored)
            if isinstance(claim, Claim):
                claim.complete(fetched.etag, ttl_s=1.0)
        return fetched

    def _fetch(self, provider: Provider, symbol: str, known: StoredPrices | None) -> StoredPrices:
        history = provider.history(symbol)
        now = iso(int(self._clock() * 1000))
        replaces = known.etag if known else None
        try:
            stored = self._prices.put(provider.name, history, fetched_at=now, replaces=replaces)
        except ChangedMeanwhileError:
            newer = self._prices.head(self._prices.key_of(provider.name, symbol))
            if newer is None or not self._is_fresh(newer):
                message = f"The prices of {symbol} are being replaced; try again shortly."
                raise TemporaryError(message, retry_after_s=1) from None
            return newer
        log.info("fetched %s from %s", symbol, provider.name, extra={"rows": stored.rows})
        return stored

    def _is_fresh(self, stored: StoredPrices) -> bool:
        return self._clock() < fresh_until(stored, self._max_age_s).timestamp()

    def _ingested(self, requested: ForecastRequested, stored: StoredPrices) -> PricesIngested:
        until = fresh_until(stored, self._max_age_s).astimezone(timezone.utc)
        return PricesIngested(
            request_id=requested.request_id,
            symbol=requested.symbol,
            days=requested.days,
            model=requested.model,
            options=requested.options,
            bucket=self._prices.bucket,
            key=stored.key,
            etag=stored.etag,
            provider=stored.provider,
            rows=stored.rows,
            first_date=stored.first_date,
            last_date=stored.last_date,
            fresh_until=_iso(until),
        )


def _iso(moment: datetime) -> str:
    return iso(int(moment.timestamp() * 1000))
