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


def refresh(bucket: Bucket, url: str, session: ProviderSession | None = None) -> None:
    """Store today's directory in S3, from the files under `url`.

    Raises TemporaryError if a file cannot be fetched. Raises BadAnswerError if it is not a
    directory, or has less than half as many symbols as the stored one. The old one then stays.
    """
    http = session or ProviderSession("nasdaqtrader", headers={"accept": "text/plain"})
    found: dict[str, Listing] = {}
    for name, column in FILES.items():
        reply = http.get(f"{url.rstrip('/')}/{name}", {})
        if reply.status != OK:
            raise http.unexpected(reply)
        listed, left_out = listings.from_nasdaq_trader(reply.text, column)
        log.info("%s: %d listings, %d left out", name, len(listed), left_out)
        found |= {one.symbol: one for one in listed}
    known = _known(bucket)
    if len(found) < known / 2:
        message = f"Nasdaq Trader lists {len(found)} symbols, but {known} before. Kept the old."
        raise BadAnswerError(message)
    body = listings.to_bytes(found.values())
    bucket.put(listings.KEY, body, content_type="application/gzip")


def _known(bucket: Bucket) -> int:
    stored = bucket.get(listings.KEY)
    if stored is None:
        return 0
    try:
        return len(listings.from_bytes(stored.body))
    except BadDirectoryError as error:
        log.warning("replacing the symbol directory: %s", error.detail)
        return 0
