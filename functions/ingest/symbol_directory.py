"""Updates the symbol directory in S3 from Nasdaq Trader's files."""

from __future__ import annotations

import logging

from functions.common.errors import BadAnswerError
from functions.common.prices import symbol_directory as listings
from functions.common.prices.bucket import Bucket
from functions.common.prices.symbol_directory import BadDirectoryError, Listing
from functions.ingest.providers.session import OK, ProviderSession

FILES = {"nasdaqlisted.txt": "Symbol", "otherlisted.txt": "ACT Symbol"}
"""The column of tickers in each file."""

log = logging.getLogger(__name__)


class SymbolRefresh:
    """Fetches the files under `url` through `session`."""

    def __init__(self, bucket: Bucket, url: str, session: ProviderSession | None = None) -> None:
        self._bucket = bucket
        self._url = url.rstrip("/")
        headers = {"accept": "text/plain"}
        self._http = session or ProviderSession("nasdaqtrader", headers=headers)

    def refresh(self) -> None:
        """Store today's directory in S3.

        Raises TemporaryError if a file cannot be fetched. Raises BadAnswerError if it is not a
        directory, or has less than half as many symbols as the stored one. The old one then stays.
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
            message = f"Nasdaq Trader lists {len(found)} symbols, but {known} before. Kept the old."
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
