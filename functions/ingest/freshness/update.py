"""Keeps each symbol's prices in S3 fresh, at the least cost in calls to the providers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from functions.common.errors import (
    KeyRefusedError,
    StockcastError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices.bucket import ChangedMeanwhileError
from functions.common.prices.exchanges import covers
from functions.common.prices.history import BadPricesError, PriceHistory
from functions.common.prices.store import PriceStore, StoredPrices
from functions.common.requests.claims import Claim, Claiming, Outcome
from functions.common.requests.record import iso
from functions.ingest.freshness.cache import RecentlyFresh
from functions.ingest.freshness.policy import NEVER, Freshness, checked_at
from functions.ingest.freshness.tail import extended
from functions.ingest.providers import Provider
from functions.ingest.providers.cleaning import jumps

SHARED_S = 1.0
"""Whoever waited for a fetch takes its outcome, good or bad, this long after it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """Prices in S3, and until when they are fresh; stale ones are the last that could be had."""

    stored: StoredPrices
    fresh_until: datetime
    is_stale: bool = False


class FreshPrices:
    """Fetches what is missing, one fetch at a time for a symbol, whoever and how many ask.

    `clock` gives the time in epoch seconds.
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
        self._providers = providers
        self._prices = prices
        self._claims = claims
        self._max_age = timedelta(seconds=max_age_s)
        self._stale_ok = timedelta(seconds=stale_ok_s)
        self._clock = clock
        self._recently = RecentlyFresh()

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:
        """The prices of the first provider that knows the symbol, fetched now if need be.

        Where it does not answer, the stored ones, marked stale, while they are younger than
        STALE_OK. Where its budget is used up, ThrottledError, unless that would last past
        `wait_until`. Raises UnknownSymbolError where no provider knows the symbol, TemporaryError
        or KeyRefusedError where one fails and nothing is stored.
        """
        unknown: UnknownSymbolError | None = None
        for provider in self._providers:
            if not covers(provider.name, symbol):
                continue
            try:
                return self._from(provider, symbol, wait_until)
            except UnknownSymbolError as error:
                unknown = unknown or error
        if unknown:
            raise unknown
        named = ", ".join(provider.name for provider in self._providers)
        message = (
            f"No data source set up here has {symbol} (PROVIDERS={named}). Add one that has it,"
            " such as yahoo."
        )
        raise UnknownSymbolError(message)

    def _from(self, provider: Provider, symbol: str, wait_until: datetime | None) -> Kept:
        key = self._prices.key_of(provider.name, symbol)
        recent = self._recently.get(key)
        if recent and self._now() < recent.fresh_until:
            return recent
        stored = self._prices.head(key)
        if stored and (kept := self._if_fresh(provider, stored)):
            self._recently.put(key, kept)
            return kept
        try:
            return self._fetched(provider, symbol, key)
        except (TemporaryError, KeyRefusedError) as error:
            if stored and self._may_serve_stale(stored, error, wait_until):
                log.warning(
                    "serving stale prices of %s, last checked %s: %s",
                    *(symbol, stored.fetched_at, error.detail),
                )
                return Kept(stored, NEVER, is_stale=True)
            raise

    def _fetched(self, provider: Provider, symbol: str, key: str) -> Kept:
        # One fetch at a time for a symbol: whoever waited here finds its prices in S3.
        with self._claims.claimed(f"stockcast:fetching:{{{key}}}") as claim:
            if isinstance(claim, Outcome) and claim.value:
                raise _shared_failure(claim.value)
            stored = self._prices.head(key)
            if stored and (kept := self._if_fresh(provider, stored)):
                return kept
            try:
                fetched = self._fetch(provider, symbol, stored)
            except TemporaryError as error:
                if isinstance(claim, Claim):
                    claim.complete(_failure(error), SHARED_S)
                raise
            if isinstance(claim, Claim):
                claim.complete(None, SHARED_S)
        return Kept(fetched, self._fresh_until(provider, fetched))

    def _fetch(self, provider: Provider, symbol: str, known: StoredPrices | None) -> StoredPrices:
        history, last_action = self._extended(provider, symbol, known) or self._whole(
            provider, symbol
        )
        now = iso(int(self._clock() * 1000))
        replaces = known.etag if known else None
        try:
            stored = self._prices.put(
                provider.name,
                history,
                fetched_at=now,
                replaces=replaces,
                last_action=last_action,
                jumps=jumps(history.rows),
            )
        except ChangedMeanwhileError:
            newer = self._prices.head(self._prices.key_of(provider.name, symbol))
            if newer and self._if_fresh(provider, newer):
                return newer
            message = f"The prices of {symbol} are being replaced; try again shortly."
            raise TemporaryError(message, retry_after_s=1) from None
        if stored.jumps:
            log.warning("%s jumped without a split on %s", symbol, ", ".join(stored.jumps))
        return stored

    def _extended(
        self, provider: Provider, symbol: str, known: StoredPrices | None
    ) -> tuple[PriceHistory, str] | None:
        """The stored history with its tail fetched; None where all is to be fetched."""
        stored = self._prices.get(known.key) if known else None
        if stored is None or checked_at(stored) is None:
            return None
        try:
            history = PriceHistory.from_csv(symbol, stored.body, stored.notes, stored.instrument)
        except BadPricesError as error:
            log.warning("fetching all of %s anew: %s", symbol, error.detail)
            return None
        if not history.rows:
            return None
        tail = provider.fetch(symbol, history.rows[-1].date)
        longer = extended(history, stored.last_action, tail)
        if longer is None:
            log.info("the past prices of %s have changed; fetching all anew", symbol)
            return None
        log.info("fetched the tail of %s from %s", symbol, provider.name)
        return longer, max(stored.last_action, _latest(tail.actions))

    def _whole(self, provider: Provider, symbol: str) -> tuple[PriceHistory, str]:
        fetched = provider.fetch(symbol)
        if not fetched.rows:
            message = f"{provider.name} knows {symbol} but has no prices of it."
            raise UnknownSymbolError(message)
        log.info("fetched %s from %s", symbol, provider.name, extra={"rows": len(fetched.rows)})
        return fetched.history, _latest(fetched.actions)

    def _may_serve_stale(
        self, stored: StoredPrices, error: StockcastError, wait_until: datetime | None
    ) -> bool:
        now, checked = self._now(), checked_at(stored)
        if checked is None or not stored.rows or now - checked > self._stale_ok:
            return False
        if not isinstance(error, ThrottledError):
            return True
        # Waiting costs nobody anything, if there is time to wait.
        again = now + timedelta(seconds=error.retry_after_s or 0)
        return wait_until is not None and again > wait_until

    def _if_fresh(self, provider: Provider, stored: StoredPrices) -> Kept | None:
        until = self._fresh_until(provider, stored)
        return Kept(stored, until) if self._now() < until else None

    def _fresh_until(self, provider: Provider, stored: StoredPrices) -> datetime:
        return Freshness(provider.schedule, self._max_age).until(stored, self._now())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), timezone.utc)


def _latest(days: Sequence[date]) -> str:
    return days[-1].isoformat() if days else ""


def _failure(error: TemporaryError) -> dict[str, object]:
    return {
        "detail": error.detail,
        "retry_after_s": error.retry_after_s,
        "throttled": isinstance(error, ThrottledError),
    }


def _shared_failure(failure: dict[str, object]) -> TemporaryError:
    kind = ThrottledError if failure["throttled"] else TemporaryError
    wait_s = failure["retry_after_s"]
    return kind(str(failure["detail"]), retry_after_s=float(wait_s) if wait_s else None)  # type: ignore[arg-type] # a JSON number
