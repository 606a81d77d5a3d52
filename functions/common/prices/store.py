"""Prices in S3: one CSV file per provider and symbol.

s3://BUCKET/prices/{provider}/{symbol}.csv, the symbol percent-encoded

A writer can replace a file only if it has read the latest version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from functions.common.prices import notes as price_notes
from functions.common.prices.bucket import Bucket, ChangedMeanwhileError, StoredObject
from functions.common.prices.history import PriceHistory
from functions.common.prices.instrument import UNKNOWN, Instrument

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ROWS = re.compile(r"[0-9]{1,9}")
TIMES = ("fetched_at", "compared_at", "first_date", "last_date", "last_action")
TEXTS = (*TIMES, "provider", "refused")
LISTS = ("jumps", "passed_over")
"""The fields of StoredPrices that the object's metadata has as text or as a list of words."""
MOST_JUMPS = 5
"""The most jumps to store, because object metadata is short. The latest ones stay."""


class StoredPrices(Struct, frozen=True):
    """A stored price file. `body` is empty if only the metadata was read.

    Times (ISO 8601, UTC):

    - `fetched_at`: when the provider was last asked.
    - `compared_at`: when the whole history was last fetched.

    Dates (ISO 8601):

    - `first_date` and `last_date`: the first and last row.
    - `last_action`: the latest split or dividend. Empty if there is none.
    - `jumps`: the latest days on which the price jumped without a split.

    Others:

    - `notes` and `instrument`: same as in the history.
    - `passed_over`: the providers that were asked first and did not have the symbol.
    - `refused`: for `functions.ingest.freshness.whole`.
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
    compared_at: str = ""
    passed_over: tuple[str, ...] = ()
    refused: str = ""
    body: bytes = b""


class PriceStore:
    """Reads and writes the price files in a bucket. Raises the errors of `Bucket`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @property
    def bucket_name(self) -> str:
        return self._bucket.name

    def check(self) -> None:
        """Raises TemporaryError if the bucket cannot be used."""
        self._bucket.check()

    @staticmethod
    def key_of(provider: str, symbol: str) -> str:
        """The key of a symbol's prices, for example `prices/yahoo/%5EGSPC.csv`."""
        return f"prices/{provider}/{quote(symbol, safe='')}.csv"

    def head(self, key: str) -> StoredPrices | None:
        """The file's metadata, without its body. None if there is no file."""
        found = self._bucket.head(key)
        return of_object(key, found) if found else None

    def get(self, key: str) -> StoredPrices | None:
        """The file, or None if there is none."""
        found = self._bucket.get(key)
        return of_object(key, found) if found else None

    def held(self, symbol: str, providers: Iterable[str]) -> list[StoredPrices]:
        """The metadata of the files of `symbol`, without their bodies.

        The file with the latest prices comes first. Files that end on the same day stay in the
        order of `providers`.
        """
        found = [self.head(self.key_of(provider, symbol)) for provider in providers]
        return sorted(filter(None, found), key=_end, reverse=True)

    def put(
        self,
        provider: str,
        history: PriceHistory,
        *,
        fetched_at: str,
        replaces: str | None,
        last_action: str = "",
        jumps: Sequence[str] = (),
        compared_at: str = "",
        passed_over: Sequence[str] = (),
    ) -> StoredPrices:
        """Write the file if the stored version is still `replaces`.

        `replaces` is an ETag, or None if the file must not exist yet. Raises ChangedMeanwhileError
        if the stored version is a different one.
        """
        prices = StoredPrices(
            key=self.key_of(provider, history.symbol),
            etag="",
            provider=provider,
            fetched_at=fetched_at,
            rows=len(history.rows),
            first_date=history.rows[0].date.isoformat(),
            last_date=history.rows[-1].date.isoformat(),
            last_action=last_action,
            jumps=tuple(jumps[-MOST_JUMPS:]),
            notes=history.notes,
            instrument=history.instrument,
            compared_at=compared_at,
            passed_over=tuple(passed_over),
            body=history.to_csv(),
        )
        return self._write(prices, replaces)

    def annotate(self, key: str, etag: str, **changes: Any) -> StoredPrices:
        """Change the metadata of version `etag` of a file, but not its prices.

        Raises ChangedMeanwhileError if the stored version is a different one.
        """
        stored = self.get(key)
        if stored is None or stored.etag != etag:
            raise ChangedMeanwhileError(f"Someone else wrote {key} after it was read.")
        return self._write(replace(stored, **changes), etag)

    def _write(self, prices: StoredPrices, replaces: str | None) -> StoredPrices:
        metadata = {
            "rows": str(prices.rows),
            "notes": price_notes.to_header(prices.notes),
            **prices.instrument.to_metadata(),
            **{_header(name): getattr(prices, name) for name in TEXTS},
            **{_header(name): " ".join(getattr(prices, name)) for name in LISTS},
        }
        written = self._bucket.replace(
            prices.key,
            prices.body,
            replaces=replaces,
            content_type="text/csv",
            metadata={name: value for name, value in metadata.items() if value},
        )
        return of_object(prices.key, written)


def _end(stored: StoredPrices) -> str:
    return stored.last_date if DAY.fullmatch(stored.last_date) else ""


def of_object(key: str, found: StoredObject) -> StoredPrices:
    """The price file in an object. Fields that its metadata lacks are empty."""
    metadata = found.metadata
    rows = metadata.get("rows", "")
    texts: dict[str, Any] = {name: metadata.get(_header(name), "") for name in TEXTS}
    lists: dict[str, Any] = {name: tuple(metadata.get(_header(name), "").split()) for name in LISTS}
    return StoredPrices(
        key=key,
        etag=found.etag,
        rows=int(rows) if ROWS.fullmatch(rows) else 0,
        notes=price_notes.from_header(metadata.get("notes", "")),
        instrument=Instrument.from_metadata(metadata),
        body=found.body,
        **texts,
        **lists,
    )


def _header(field: str) -> str:
    return field.replace("_", "-")
