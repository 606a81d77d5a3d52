"""Renews the symbol directory in S3 from Nasdaq Trader's files."""

from __future__ import annotations

import logging

from functions.common.errors import BadAnswerError
from functions.common.prices import symbol_directory as listings
from functions.common.prices.bucket import Bucket
from functions.common.prices.symbol_directory import BadDirectoryError, Listing
from functions.ingest.providers.session import OK, ProviderSession

FILES = {"nasdaqlisted.txt": "Symbol", "otherlisted.txt": "ACT Symbol"}
"""Each file, and its column of tickers."""

log = logging.getLogger(__name__)


class SymbolRefresh:
    """Fetches the files under `url`; `session` asks for them."""

    def __init__(self, bucket: Bucket, url: str, session: ProviderSession | None = None) -> None:
        self._bucket = bucket
        self._url = url.rstrip("/")
        self._http = session or ProviderSession(
            "nasdaqtrader", spend=lambda: None, headers={"accept": "text/plain"}
        )

    def refresh(self) -> None:
        """Put the directory of today in S3.

        Raises TemporaryError where a file cannot be had, BadAnswerError where it is no directory,
        or has lost more than half of what the last one held, which stays then.
        """
        found: dict[str, Listing] = {}
        for name, column in FILES.items():
            reply = self._http.get(f"{self._url}/{name}", {})
            if reply.status != OK:
                raise self._http.unexpected(reply)
            listed, left_out = listings.from_nasdaq_trader(reply.text, column)
            log.info("%s: %d listings, %d left out", name, len(listed), left_out)
            found |= {one.symbol: one for one in listed}
        known = self._known()
        if len(found) < known / 2:
            message = f"Nasdaq Trader lists {len(found)} symbols, and {known} before; not taken."
            raise BadAnswerError(message)
        body = listings.to_bytes(found.values())
        self._bucket.put(listings.KEY, body, content_type="application/gzip")

    def _known(self) -> int:
        stored = self._bucket.get(listings.KEY)
        if stored is None:
            return 0
        try:
            return len(listings.from_bytes(stored.body))
        except BadDirectoryError as error:
            log.warning("replacing the symbol directory: %s", error.detail)
            return 0
