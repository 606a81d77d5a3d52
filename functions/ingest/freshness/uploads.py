"""Provides the prices of uploaded files. They never change, and expire after UPLOAD_TTL."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Protocol

from msgspec import Struct

from functions.common.errors import StockcastError, TemporaryError, UnknownSymbolError
from functions.common.messages.events import PricesUploaded, PricesWarmed
from functions.common.prices.bucket import ChangedMeanwhileError
from functions.common.prices.store import PriceStore
from functions.common.prices.uploads import PROVIDER, UploadedFiles, is_upload
from functions.common.problems import from_error
from functions.common.requests.upload_outcomes import UploadOutcomes
from functions.ingest.freshness.policy import Kept, checked_at, moment
from functions.ingest.providers.upload import Read, read
from functions.ingest.uploads.limits import UPLOAD, Limits
from functions.ingest.uploads.refusal import UnreadableFileError

log = logging.getLogger(__name__)


class PriceSource(Protocol):
    """A source of a symbol's prices."""

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:
        """The prices in S3. Fetches them if necessary."""

    def at_hand(self, symbol: str) -> Kept | None:
        """The prices in S3, if this process has seen them a moment ago."""


class UploadedPrices:
    """Reads each file once, when it arrives, and again if its prices are lost.

    A file expires `ttl_s` after its upload. `clock` returns the time in epoch seconds. `limits` is
    how large a file may be.
    """

    def __init__(
        self,
        files: UploadedFiles,
        prices: PriceStore,
        ttl_s: float,
        clock: Callable[[], float],
        limits: Limits = UPLOAD,
    ) -> None:
        self._files = files
        self._prices = prices
        self._ttl = timedelta(seconds=ttl_s)
        self._clock = clock
        self._limits = limits
        # Reading takes up to 150 MB of memory, so only one file is read at a time.
        self._reading = threading.Lock()

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:  # noqa: ARG002 - nothing to wait for
        """The prices of an uploaded file. Raises the errors of `read`."""
        stored = self._prices.head(self._prices.key_of(PROVIDER, symbol))
        uploaded_at = checked_at(stored, self._now()) if stored else None
        if stored and uploaded_at and self._now() < uploaded_at + self._ttl:
            return Kept(stored, uploaded_at + self._ttl)
        return self.store(self.read(symbol))

    def at_hand(self, symbol: str) -> Kept | None:  # noqa: ARG002 - the same for all
        """Always None, because looking is cheap enough."""
        return None

    def read(self, symbol: str) -> Read:
        """The content of the file with this symbol.

        Raises UnknownSymbolError if it has expired or never existed, UnreadableFileError if it has
        no readable prices, and the errors of S3.
        """
        upload, now = self._files.get(symbol), self._now()
        uploaded_at = moment(upload.uploaded_at) if upload else None
        if upload is None or uploaded_at is None or now >= uploaded_at + self._ttl:
            message = f"The uploaded file {symbol} does not exist. It may have expired."
            raise UnknownSymbolError(f"{message} Upload the file again.")
        with self._reading:
            return read(upload, symbol, uploaded_at, now.date(), self._limits)

    def store(self, read: Read) -> Kept:
        """Store the prices that were read. Replaces earlier prices of the same file."""
        key = self._prices.key_of(PROVIDER, read.fetched.symbol)
        there = self._prices.head(key)
        with suppress(ChangedMeanwhileError):  # another worker has read the same file
            there = self._prices.put(
                PROVIDER,
                read.fetched.history,
                fetched_at=read.uploaded_at.isoformat(),
                replaces=there.etag if there else None,
            )
        stored = there or self._prices.head(key)
        if stored is None:
            message = f"{read.fetched.symbol} was removed while it was stored. Try again shortly."
            raise TemporaryError(message, retry_after_s=1)
        return Kept(stored, read.uploaded_at + self._ttl)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), timezone.utc)


class AnyPrices(Struct):
    """The prices of any symbol, from an uploaded file or from a provider."""

    uploaded: PriceSource
    listed: PriceSource

    def of(self, symbol: str, *, wait_until: datetime | None = None) -> Kept:
        """The prices in S3. Fetches them if necessary."""
        return self._source(symbol).of(symbol, wait_until=wait_until)

    def at_hand(self, symbol: str) -> Kept | None:
        """The prices in S3, if this process has seen them a moment ago."""
        return self._source(symbol).at_hand(symbol)

    def _source(self, symbol: str) -> PriceSource:
        return self.uploaded if is_upload(symbol) else self.listed


class Uploading(Struct):
    """Reads a file when it arrives, and tells its sender what it contains."""

    prices: UploadedPrices
    outcomes: UploadOutcomes

    def take(self, uploaded: PricesUploaded) -> PricesWarmed | None:
        """Store the prices of the file. If the file is wrong, tell its sender why.

        Raises TemporaryError if Redis cannot store the outcome.
        """
        try:
            read = self.prices.read(uploaded.symbol)
            self.prices.store(read)
        except StockcastError as error:
            log.info("refused the file %s: %s", uploaded.symbol, error.detail)
            problem = (
                error.problem() if isinstance(error, UnreadableFileError) else from_error(error)
            )
            self.outcomes.put(uploaded.upload_id, problem)
            return None
        self.outcomes.put(uploaded.upload_id, read.document())
        return PricesWarmed(uploaded.symbol)
