"""Loads the symbol directory from the bundled file, or from a newer one in S3."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

from functions.common.config import S3Settings
from functions.common.prices import exchanges
from functions.common.prices import symbol_directory as listings
from functions.common.prices.bucket import Bucket, connect_lightly
from functions.common.prices.exchanges import Kind
from functions.common.prices.symbol_directory import Listing
from functions.web.symbols.search import SAMPLE, SAMPLE_SYMBOLS, Directory

BUNDLED = Path(__file__).with_name("symbols.tsv.gz")

log = logging.getLogger(__name__)


def bundled() -> Directory:
    """The bundled directory. The sample's symbols keep the names they had at the time."""
    listed = listings.from_bytes(BUNDLED.read_bytes())
    return Directory([*SAMPLE, *(one for one in listed if one.symbol not in SAMPLE_SYMBOLS)])


def _elsewhere() -> list[Listing]:
    """Listings outside the United States, which the directory in S3 does not contain."""
    listed = listings.from_bytes(BUNDLED.read_bytes())
    return [one for one in listed if exchanges.kind_of(one.symbol) is not Kind.US_LISTING]


class SymbolSource:
    """Keeps a directory in memory and updates it from S3 in the background."""

    def __init__(self, settings: S3Settings | None, max_age_s: float) -> None:
        self._bucket = Bucket(settings, connect_lightly) if settings else None
        self._max_age_s = max_age_s
        self._directory: Directory | None = None
        self._etag = ""
        self._looked_at: float | None = None
        self._looking: asyncio.Task[None] | None = None

    def directory(self) -> Directory:
        """The latest known directory. After `max_age_s`, this starts a check for a newer one."""
        if self._directory is None:
            self._directory = bundled()
        now = time.monotonic()
        due = self._looked_at is None or now - self._looked_at >= self._max_age_s
        if self._bucket and due and (self._looking is None or self._looking.done()):
            self._looked_at = now
            self._looking = asyncio.create_task(self._look())
        return self._directory

    async def aclose(self) -> None:
        """Wait for a running check."""
        if self._looking:
            await asyncio.wait([self._looking])

    async def _look(self) -> None:
        try:
            found = await asyncio.to_thread(self._fetch)
        except Exception as error:  # noqa: BLE001 - after any error, keep the last directory
            log.warning("cannot read the symbol directory from S3: %s", error)
            return
        if found:
            self._etag, self._directory = found
            log.info("the symbol directory has %d listings", len(self._directory))

    def _fetch(self) -> tuple[str, Directory] | None:
        """The directory in S3, or None if there is none or it is unchanged."""
        assert self._bucket  # noqa: S101 - for the type checker, `directory` has checked it
        known = self._bucket.head(listings.KEY)
        if known is None or known.etag == self._etag:
            return None
        stored = self._bucket.get(listings.KEY)
        if stored is None:
            return None
        return stored.etag, Directory([*listings.from_bytes(stored.body), *_elsewhere()])
