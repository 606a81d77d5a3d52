"""Keeps the prices in S3 fresh with as few calls to providers as possible.

A stored symbol belongs to the provider that its prices came from. Another provider replaces it only
if its prices are as complete and as recent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from functions.common.errors import (
    KeyRefusedError,
    StockcastError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices.bucket import ChangedMeanwhileError
from functions.common.prices.exchanges import covers
from functions.common.prices.store import PriceStore, StoredPrices
from functions.common.requests.claims import Claiming
from functions.ingest.freshness.cache import RecentlyFresh
from functions.ingest.freshness.fetching import Fetching
from functions.ingest.freshness.policy import NEVER, Kept, checked_at, needs_comparing
from functions.ingest.freshness.whole import WorseError
from functions.ingest.providers import Provider

log = logging.getLogger(__name__)


class FreshPrices:
    """Fetches missing prices, with one fetch at a time per symbol across all workers.

    `clock` returns the time in epoch seconds.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        prices: PriceStore,
        claims: Claiming,
        *,
        max_age_s: float,
        stale_ok_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._prices = prices
        self._fetching = Fetching(prices, claims, max_age_s, clock)
        self._stale_ok = timedelta(seconds=stale_ok_s)
        self._recently = RecentlyFresh()

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:
        """Fresh prices of `symbol`. Fetches them if necessary.

        They come from the provider whose prices are stored, or else from the first provider that
        knows the symbol. If the provider fails, no longer knows the symbol or has lost prices,
        returns the stored ones, marked stale, as long as they are younger than STALE_OK.

        Raises ThrottledError if the provider's budget is used up, unless the wait would end after
        `wait_until`. Raises UnknownSymbolError if no provider knows the symbol. Raises
        TemporaryError or KeyRefusedError if a provider fails and there are no usable stored prices.
        """
        if recent := self.at_hand(symbol):
            return recent
        now = self._fetching.now()
        providers = self._covering(symbol)
        held = self._prices.held(symbol, providers)
        stored = next((one for one in held if checked_at(one, now) is not None), None)
        if stored is None or stored.provider not in providers:
            return self._first(symbol, held)
        try:
            kept = self._owned(symbol, stored, held)
        except (TemporaryError, KeyRefusedError, UnknownSymbolError) as error:
            if self._may_serve_stale(stored, error, wait_until):
                log.warning(
                    "serving stale prices of %s, last checked %s: %s",
                    *(symbol, stored.fetched_at, error.detail),
                )
                return Kept(stored, NEVER, is_stale=True)
            raise
        self._recently.put(symbol, kept)
        return kept

    def at_hand(self, symbol: str) -> Kept | None:
        """Fresh prices of `symbol`, if this process has seen them a moment ago."""
        recent = self._recently.get(symbol)
        return recent if recent and self._fetching.now() < recent.fresh_until else None

    def _first(self, symbol: str, held: Sequence[StoredPrices]) -> Kept:
        """The prices of a symbol that is not stored, from the first provider that knows it."""
        unknown: UnknownSymbolError | None = None
        passed_over: list[str] = []
        for provider in self._covering(symbol).values():
            try:
                return self._fetching.fetched(provider, symbol, held, passed_over=passed_over)
            except UnknownSymbolError as error:
                unknown = unknown or error
                passed_over.append(provider.name)
        if unknown:
            raise unknown
        named = ", ".join(self._providers)
        raise UnknownSymbolError(
            f"No configured data source covers {symbol} (PROVIDERS={named}). Add one that does."
        )

    def _covering(self, symbol: str) -> dict[str, Provider]:
        """The providers that may have the symbol, by name."""
        return {name: one for name, one in self._providers.items() if covers(name, symbol)}

    def _owned(self, symbol: str, stored: StoredPrices, held: Sequence[StoredPrices]) -> Kept:
        """Fresh prices of a stored symbol, from the provider that it belongs to.

        A provider that is earlier in PROVIDERS replaces it if it can. It is asked only once, and
        again each time the whole history is compared.
        """
        owner = self._providers[stored.provider]
        names = list(self._covering(symbol))
        before, after = names[: (at := names.index(owner.name))], names[at + 1 :]
        kept = self._fetching.if_fresh(owner, stored)
        asks_all = kept is None and needs_comparing(stored, self._fetching.now())
        for name in before:
            if name in stored.passed_over and not asks_all:
                continue
            try:
                return self._taken_over(name, symbol, stored, held)
            except (UnknownSymbolError, WorseError) as error:
                log.info("%s stays with %s: %s", symbol, owner.name, error.detail)
            except (TemporaryError, KeyRefusedError):
                if name not in stored.passed_over:
                    raise
        if kept:
            return self._noting(kept, before)
        try:
            return self._fetching.fetched(owner, symbol, held, passed_over=before)
        except UnknownSymbolError:
            for name in after:
                try:
                    return self._taken_over(name, symbol, stored, held)
                except StockcastError as error:
                    log.info("%s cannot take over %s: %s", name, symbol, error.detail)
            raise

    def _taken_over(
        self, name: str, symbol: str, stored: StoredPrices, held: Sequence[StoredPrices]
    ) -> Kept:
        names = list(self._covering(symbol))
        return self._fetching.fetched(
            self._providers[name],
            symbol,
            held,
            passed_over=names[: names.index(name)],
            instead_of=stored,
        )

    def _noting(self, kept: Kept, passed_over: Sequence[str]) -> Kept:
        """`kept`, after storing the names of newly passed-over providers in its metadata."""
        stored = kept.stored
        if set(passed_over) <= set(stored.passed_over):
            return kept
        try:
            stored = self._prices.annotate(stored.key, stored.etag, passed_over=tuple(passed_over))
        except ChangedMeanwhileError as error:
            log.info("not noted: %s", error.detail)
        return Kept(stored, kept.fresh_until)

    def _may_serve_stale(
        self, stored: StoredPrices, error: StockcastError, wait_until: datetime | None
    ) -> bool:
        now = self._fetching.now()
        checked = checked_at(stored, now)
        if checked is None or now - checked > self._stale_ok:
            return False
        if not isinstance(error, ThrottledError):
            return True
        # Waiting is better than stale prices if there is enough time.
        again = now + timedelta(seconds=error.retry_after_s or 0)
        return wait_until is not None and again > wait_until
