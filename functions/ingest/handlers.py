"""Handles the events that ingest accepts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from functions.common.errors import StockcastError, TemporaryError, ThrottledError
from functions.common.messages.events import (
    ForecastRequested,
    PricesIngested,
    PricesRefresh,
    WarmupRequested,
)
from functions.common.requests.missing_prices import MissingPrices
from functions.common.requests.record import Status, iso
from functions.common.requests.turn import Turn
from functions.ingest.freshness.policy import Kept
from functions.ingest.freshness.uploads import PriceSource

TURN_S = 45.0
"""A refresh passes on the rest after this time, well within the timeout of a delivery."""

log = logging.getLogger(__name__)


class Ingestion(Struct):
    """Handles requests for a forecast by making sure that fresh prices are in S3."""

    prices: PriceSource
    bucket: str

    def ingest(self, requested: ForecastRequested, turn: Turn) -> PricesIngested | None:
        """The event that points to fresh prices. None if the request has already ended.

        Raises the errors of `FreshPrices.of` and `Turn.begin`.
        """
        if kept := self.prices.at_hand(requested.symbol):
            ingested = pointing_to(kept, requested, self.bucket)
            return ingested if turn.pass_on(requested, Status.INGESTING, ingested) else None
        begun = turn.begin(requested, Status.INGESTING)
        if begun is None:
            return None
        until = datetime.now(timezone.utc) + timedelta(seconds=begun.time_left_s)
        kept = self.prices.of(requested.symbol, wait_until=until)
        return pointing_to(kept, requested, self.bucket)


def pointing_to(kept: Kept, requested: ForecastRequested, bucket: str) -> PricesIngested:
    """The event that points to the prices for a request."""
    stored = kept.stored
    return PricesIngested(
        request_id=requested.request_id,
        symbol=requested.symbol,
        days=requested.days,
        model=requested.model,
        options=requested.options,
        kind=requested.kind,
        bucket=bucket,
        key=stored.key,
        etag=stored.etag,
        provider=stored.provider,
        rows=stored.rows,
        first_date=stored.first_date,
        last_date=stored.last_date,
        fresh_until="" if kept.is_stale else iso(int(kept.fresh_until.timestamp() * 1000)),
        stale=kept.is_stale,
    )


class Upkeep(Struct):
    """Fetches prices before anyone requests them: after market close, and on a warm-up.

    `refresh_symbols` updates the symbol directory. It is None if there is nothing to update.
    `elapsed` is a monotonic clock in seconds.
    """

    prices: PriceSource
    watchlist: tuple[str, ...]
    refresh_symbols: Callable[[], None] | None
    missing: MissingPrices
    elapsed: Callable[[], float] = time.monotonic

    def refresh(self, asked: PricesRefresh) -> PricesRefresh | None:
        """Fetch new prices of each symbol. Returns the event for the remaining symbols, if any.

        If a symbol fails, ingest logs it and continues with the others. Raises TemporaryError at
        the end if a retry can help some of them. Raises ThrottledError if a budget is used up.
        """
        if not asked.symbols:
            self._refresh_directory()
        started = self.elapsed()
        left = list(asked.symbols or self.watchlist)
        down: list[str] = []
        while left:
            if self.elapsed() - started > TURN_S:
                return PricesRefresh((*left, *down))
            symbol = left.pop(0)
            if not self._is_settled(symbol):
                down.append(symbol)
        if down:
            raise TemporaryError(f"Not refreshed: {', '.join(down)}.", retry_after_s=60)
        return None

    def _is_settled(self, symbol: str) -> bool:
        """Fetch new prices of one symbol. False if trying again can help."""
        try:
            return not self.prices.of(symbol).is_stale
        except ThrottledError:
            raise  # when the event comes again, the finished symbols are fresh
        except TemporaryError as error:
            log.warning("%s was not refreshed: %s", symbol, error.detail)
            return False
        except StockcastError as error:
            log.warning("%s cannot be refreshed: %s", symbol, error.detail)
            return True

    def _refresh_directory(self) -> None:
        if self.refresh_symbols is None:
            return
        try:
            self.refresh_symbols()
        except StockcastError as error:
            log.warning("the symbol directory was not refreshed: %s", error.detail)

    def warm_up(self, asked: WarmupRequested) -> None:
        """Fetch the symbol's prices in advance. If that fails, leave a note for waiting callers."""
        try:
            self.prices.of(asked.symbol)
        except StockcastError as error:
            log.info("no warm-up of %s: %s", asked.symbol, error.detail)
            self.missing.note(asked.symbol, error)
