"""Fetches missing prices from one provider, with one fetch at a time per symbol."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from msgspec import Struct

from functions.common.errors import TemporaryError, ThrottledError, UnknownSymbolError
from functions.common.prices.bucket import ChangedMeanwhileError
from functions.common.prices.history import BadPricesError, PriceHistory
from functions.common.prices.store import PriceStore, StoredPrices
from functions.common.requests.claims import Claim, Claiming, Outcome
from functions.common.requests.record import iso
from functions.ingest.freshness import tail, whole
from functions.ingest.freshness.policy import Freshness, Kept, checked_at, needs_comparing
from functions.ingest.freshness.whole import WorseError
from functions.ingest.providers import Fetched, Provider
from functions.ingest.providers.rows.cleaning import jumps

SHARED_S = 1.0
"""How long a fetch's outcome, good or bad, is shared with workers that waited for it."""
TRY_AGAIN_S = 30.0

log = logging.getLogger(__name__)


class _Valid(Struct, frozen=True):
    """Stored prices that are valid."""

    stored: StoredPrices
    history: PriceHistory


class Fetching:
    """Updates the stored prices of a symbol. `clock` returns the time in epoch seconds."""

    def __init__(
        self, prices: PriceStore, claims: Claiming, max_age_s: float, clock: Callable[[], float]
    ) -> None:
        self._prices = prices
        self._claims = claims
        self._max_age = timedelta(seconds=max_age_s)
        self._clock = clock

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), timezone.utc)

    def _today(self, stored: StoredPrices) -> date:
        """Today's date in the market's time zone."""
        return self.now().astimezone(ZoneInfo(stored.instrument.sessions.zone)).date()

    def if_fresh(self, provider: Provider, stored: StoredPrices) -> Kept | None:
        """The stored prices if they are fresh. Otherwise None."""
        until = Freshness(provider.schedule, self._max_age).until(stored, self.now())
        return Kept(stored, until) if self.now() < until else None

    def fetched(
        self,
        provider: Provider,
        symbol: str,
        held: Sequence[StoredPrices],
        *,
        passed_over: Sequence[str] = (),
        instead_of: StoredPrices | None = None,
    ) -> Kept:
        """Fresh prices from `provider`.

        `held` are the stored prices of the symbol. `passed_over` names the providers that were
        asked before. `instead_of` are the prices of another provider that the new ones replace.

        Raises UnknownSymbolError if the provider does not have the symbol, WorseError if it has
        less than what is stored, and TemporaryError or KeyRefusedError if it does not answer.
        """
        key = self._prices.key_of(provider.name, symbol)
        stored = next((one for one in held if one.key == key), None)
        # One fetch at a time per symbol. Workers that waited here find the prices in S3.
        with self._claims.claimed(f"stockcast:fetching:{{{key}}}") as claim:
            if isinstance(claim, Outcome):
                if claim.value:
                    raise _shared_failure(claim.value)
                stored = self._prices.head(key)
                if stored and not instead_of and (kept := self.if_fresh(provider, stored)):
                    return kept
            try:
                fetched = self._fetch(provider, symbol, stored, passed_over, instead_of)
            except TemporaryError as error:
                if isinstance(claim, Claim):
                    claim.complete(_failure(error), SHARED_S)
                raise
            if isinstance(claim, Claim):
                claim.complete(None, SHARED_S)
        until = Freshness(provider.schedule, self._max_age).until(fetched, self.now())
        return Kept(fetched, until)

    def _fetch(
        self,
        provider: Provider,
        symbol: str,
        known: StoredPrices | None,
        passed_over: Sequence[str],
        instead_of: StoredPrices | None,
    ) -> StoredPrices:
        valid = self._valid(symbol, known) if known else None
        longer = self._extended(provider, symbol, valid) if valid and not instead_of else None
        history, last_action = longer or self._whole(provider, symbol, valid, instead_of)
        now = iso(int(self._clock() * 1000))
        try:
            stored = self._prices.put(
                provider.name,
                history,
                fetched_at=now,
                replaces=known.etag if known else None,
                last_action=last_action,
                jumps=jumps(history.rows),
                compared_at=valid.stored.compared_at if valid and longer else now,
                passed_over=passed_over,
            )
        except ChangedMeanwhileError:
            newer = self._prices.head(self._prices.key_of(provider.name, symbol))
            if newer and self.if_fresh(provider, newer):
                return newer
            message = f"The prices of {symbol} are being replaced. Try again shortly."
            raise TemporaryError(message, retry_after_s=1) from None
        if stored.jumps:
            log.warning("%s jumped without a split on %s", symbol, ", ".join(stored.jumps))
        return stored

    def _valid(self, symbol: str, known: StoredPrices) -> _Valid | None:
        """The stored prices with their rows. None if they are invalid and must be replaced."""
        stored = self._prices.get(known.key)
        if stored is None or checked_at(stored, self.now()) is None:
            return None
        try:
            history = PriceHistory.from_csv(symbol, stored.body, stored.notes, stored.instrument)
        except BadPricesError as error:
            log.warning("fetching all of %s again: %s", symbol, error.detail)
            return None
        return _Valid(stored, history) if history.rows else None

    def _extended(
        self, provider: Provider, symbol: str, valid: _Valid
    ) -> tuple[PriceHistory, str] | None:
        """The stored history, extended by the latest prices. None if all must be fetched again."""
        if provider.gives_all and needs_comparing(valid.stored, self.now()):
            return None
        latest = provider.fetch(symbol, tail.beginning(valid.history))
        longer = tail.extended(valid.history, valid.stored.last_action, latest)
        if longer is None:
            log.info("the past prices of %s have changed, so all are fetched again", symbol)
            return None
        log.info("fetched the tail of %s from %s", symbol, provider.name)
        return longer, max(valid.stored.last_action, _last(latest.actions))

    def _whole(
        self, provider: Provider, symbol: str, valid: _Valid | None, instead_of: StoredPrices | None
    ) -> tuple[PriceHistory, str]:
        fetched = provider.fetch(symbol)
        if not fetched.rows:
            raise UnknownSymbolError(f"{provider.name} knows {symbol} but has no prices for it.")
        log.info("fetched %s from %s", symbol, provider.name, extra={"rows": len(fetched.rows)})
        if valid:
            self._check(provider, symbol, fetched, valid.stored)
        if instead_of and (lost := whole.losses(fetched, instead_of)):
            message = f"{provider.name} has less of {symbol} than {instead_of.provider}: {lost}."
            raise WorseError(message, retry_after_s=TRY_AGAIN_S)
        taken = _taken_over(provider, instead_of, self._today(instead_of)) if instead_of else ()
        notes = (*taken, *fetched.notes)
        history = PriceHistory(symbol, fetched.rows, notes, fetched.instrument)
        return history, _last(fetched.actions)

    def _check(
        self, provider: Provider, symbol: str, fetched: Fetched, stored: StoredPrices
    ) -> None:
        """Raises WorseError if many stored prices are missing in `fetched` for the first time."""
        lost, today = whole.losses(fetched, stored), self._today(stored)
        if not lost:
            return
        if whole.was_refused_before(fetched, stored.refused, today):
            log.warning("%s again has less of %s (%s): accepted", provider.name, symbol, lost)
            return
        if not stored.refused.startswith(str(today)):
            refused = whole.refusal(fetched, today)
            try:
                self._prices.annotate(stored.key, stored.etag, refused=refused)
            except ChangedMeanwhileError as error:
                log.info("not noted: %s", error.detail)
        message = f"{provider.name} has lost prices of {symbol}: {lost}. The stored ones are kept."
        log.warning("%s", message)
        raise WorseError(message, retry_after_s=TRY_AGAIN_S)


def _taken_over(provider: Provider, before: StoredPrices, today: date) -> tuple[str, ...]:
    if provider.name == before.provider:
        return ()
    note = f"These prices come from {provider.name} since {today}. Before: {before.provider}."
    return (note,)


def _last(days: Sequence[date]) -> str:
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
