"""Prices in S3: one CSV a provider and symbol, replaced only by whoever saw the last version.

s3://BUCKET/prices/{provider}/{symbol}.csv, the symbol percent-encoded
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from functions.common.prices import notes as price_notes
from functions.common.prices.bucket import Bucket, StoredObject
from functions.common.prices.history import PriceHistory
from functions.common.prices.instrument import UNKNOWN, Instrument

MOST_JUMPS = 5
"""Object metadata is short: only the latest jumps are named."""


@dataclass(frozen=True)
class StoredPrices:
    """A stored price file. `body` is empty where only the metadata was asked for.

    `fetched_at` is when the provider was last asked (ISO 8601, UTC); `first_date`, `last_date` and
    `last_action` (the latest split or dividend, empty: none) are ISO dates, as are `jumps`: the
    latest days on which the price jumped without a split. `notes` and `instrument` are those
    of the history.
    """

    key: str
    etag: str
    provider: str
    fetched_at: str
    rows: int
    first_date: str
    last_date: str
    last_action: str = ""
    jumps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    instrument: Instrument = UNKNOWN
    body: bytes = b""


class PriceStore:
    """Reads and writes the price files in a bucket, as it raises its errors."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @property
    def bucket_name(self) -> str:
        return self._bucket.name

    def check(self) -> None:
        """Raise TemporaryError while the bucket cannot be used."""
        self._bucket.check()

    @staticmethod
    def key_of(provider: str, symbol: str) -> str:
        """Where the prices of a symbol are stored: `prices/yahoo/%5EGSPC.csv`."""
        return f"prices/{provider}/{quote(symbol, safe='')}.csv"

    def head(self, key: str) -> StoredPrices | None:
        """What is known of the file without reading it; None where there is none."""
        found = self._bucket.head(key)
        return _stored(key, found) if found else None

    def get(self, key: str) -> StoredPrices | None:
        """The file; None where there is none."""
        found = self._bucket.get(key)
        return _stored(key, found) if found else None

    def put(
        self,
        provider: str,
        history: PriceHistory,
        *,
        fetched_at: str,
        replaces: str | None,
        last_action: str = "",
        jumps: Sequence[str] = (),
    ) -> StoredPrices:
        """Write the file, if it still is version `replaces` (an ETag; None: is not there).

        Raises ChangedMeanwhileError where it is not.
        """
        key = self.key_of(provider, history.symbol)
        metadata = {
            "provider": provider,
            "fetched-at": fetched_at,
            "rows": str(len(history.rows)),
            "first-date": history.rows[0].date.isoformat(),
            "last-date": history.rows[-1].date.isoformat(),
            "last-action": last_action,
            "jumps": " ".join(jumps[-MOST_JUMPS:]),
            "notes": price_notes.to_header(history.notes),
            **history.instrument.to_metadata(),
        }
        written = self._bucket.replace(
            key,
            history.to_csv(),
            replaces=replaces,
            content_type="text/csv",
            metadata={name: value for name, value in metadata.items() if value},
        )
        return _stored(key, written)


def _stored(key: str, found: StoredObject) -> StoredPrices:
    metadata = found.metadata
    return StoredPrices(
        key=key,
        etag=found.etag,
        provider=metadata.get("provider", ""),
        fetched_at=metadata.get("fetched-at", ""),
        rows=int(metadata["rows"]) if metadata.get("rows", "").isdigit() else 0,
        first_date=metadata.get("first-date", ""),
        last_date=metadata.get("last-date", ""),
        last_action=metadata.get("last-action", ""),
        jumps=tuple(metadata.get("jumps", "").split()),
        notes=price_notes.from_header(metadata.get("notes", "")),
        instrument=Instrument.from_metadata(metadata),
        body=found.body,
    )
