"""Provides the prices of uploaded files. They never change, and expire after UPLOAD_TTL."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from functions.common.errors import StockcastError, TemporaryError
from functions.common.messages.events import PricesUploaded, PricesWarmed
from functions.common.prices.bucket import ChangedMeanwhileError
from functions.common.prices.store import PriceStore, StoredPrices
from functions.common.prices.uploads import is_upload
from functions.common.problems import from_error
from functions.common.requests.upload_outcomes import UploadOutcomes
from functions.ingest.freshness.policy import Kept, checked_at
from functions.ingest.providers.upload import Read, UploadProvider
from functions.ingest.uploads.refusal import UnreadableFileError

log = logging.getLogger(__name__)


class PriceSource(Protocol):
    """A source of a symbol's prices."""

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:
        """The prices in S3. Fetches them if necessary."""

    def at_hand(self, symbol: str) -> Kept | None:
        """The prices in S3, if this process has seen them a moment ago."""


class UploadedPrices:
    """Reads each file once, when it arrives. Reads it again if its prices are lost."""

    def __init__(self, provider: UploadProvider, prices: PriceStore) -> None:
        self._provider = provider
        self._prices = prices

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:  # noqa: ARG002 - nothing to wait for
        """The prices of an uploaded file. Raises the errors of `UploadProvider.read`."""
        stored = self._prices.head(self._prices.key_of(self._provider.name, symbol))
        kept = self._if_in_time(stored) if stored else None
        return kept or self.stored(self._provider.read(symbol))

    def at_hand(self, symbol: str) -> Kept | None:  # noqa: ARG002 - the same for all
        """Always None, because looking is cheap enough."""
        return None

    def stored(self, read: Read) -> Kept:
        """Store the prices that were read. Replaces earlier prices of the same file."""
        key = self._prices.key_of(self._provider.name, read.fetched.symbol)
        there = self._prices.head(key)
        with suppress(ChangedMeanwhileError):  # another worker has read the same file
            there = self._prices.put(
                self._provider.name,
                read.fetched.history,
                fetched_at=read.uploaded_at.isoformat(),
                replaces=there.etag if there else None,
            )
        stored = there or self._prices.head(key)
        if stored is None:
            message = f"{read.fetched.symbol} was removed while it was stored. Try again shortly."
            raise TemporaryError(message, retry_after_s=1)
        return Kept(stored, self._provider.until(read.uploaded_at))

    def _if_in_time(self, stored: StoredPrices) -> Kept | None:
        uploaded_at = checked_at(stored, self._provider.now())
        if uploaded_at is None or uploaded_at.tzinfo is None:
            return None
        until = self._provider.until(uploaded_at)
        return Kept(stored, until) if self._provider.now() < until else None


class AnyPrices:
    """The prices of any symbol, from an uploaded file or from a provider."""

    def __init__(self, uploaded: PriceSource, listed: PriceSource) -> None:
        self._uploaded = uploaded
        self._listed = listed

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:
        """The prices in S3. Fetches them if necessary."""
        return self._source(symbol).of(symbol, wait_until=wait_until)

    def at_hand(self, symbol: str) -> Kept | None:
        """The prices in S3, if this process has seen them a moment ago."""
        return self._source(symbol).at_hand(symbol)

    def _source(self, symbol: str) -> PriceSource:
        return self._uploaded if is_upload(symbol) else self._listed


class Uploading:
    """Reads a file when it arrives, and tells its sender what it contains."""

    def __init__(
        self, provider: UploadProvider, prices: UploadedPrices, outcomes: UploadOutcomes
    ) -> None:
        self._provider = provider
        self._prices = prices
        self._outcomes = outcomes

    def take(self, uploaded: PricesUploaded) -> PricesWarmed | None:
        """Store the prices of the file. If the file is wrong, tell its sender why.

        Raises TemporaryError if Redis cannot store the outcome.
        """
        try:
            read = self._provider.read(uploaded.symbol)
            self._prices.stored(read)
        except StockcastError as error:
            log.info("refused the file %s: %s", uploaded.symbol, error.detail)
            told = error.problem() if isinstance(error, UnreadableFileError) else from_error(error)
            self._outcomes.put(uploaded.upload_id, told)
            return None
        self._outcomes.put(uploaded.upload_id, read.document())
        return PricesWarmed(uploaded.symbol)
