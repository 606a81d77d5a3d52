"""Prices in S3: one CSV a provider and symbol, replaced only by whoever saw the last version.

s3://BUCKET/prices/{provider}/{symbol}.csv
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.common.bucket import MISSING, Bucket, code_of
from functions.common.errors import StockcastError
from functions.common.prices import PriceHistory

MOST_JUMPS = 5
"""Object metadata is short: only the latest jumps are named."""
CHANGED = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})


class ChangedMeanwhileError(StockcastError):
    """Someone else has written the object since it was read."""

    title = "Changed meanwhile"
    slug = "changed-meanwhile"


@dataclass(frozen=True)
class StoredPrices:
    """A stored price file. `body` is empty where only the metadata was asked for.

    `fetched_at` is when the provider was last asked (ISO 8601, UTC); `first_date`, `last_date` and
    `last_action` (the latest split or dividend, empty: none) are ISO dates, as are `jumps`: the
    latest days on which the price jumped without a split.
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
    body: bytes = b""


class PriceStore(Bucket):
    """Reads and writes price files."""

    @staticmethod
    def key_of(provider: str, symbol: str) -> str:
        return f"prices/{provider}/{symbol}.csv"

    def head(self, key: str) -> StoredPrices | None:
        """What is known of the file without reading it; None where there is none."""
        with self.failures_named():
            try:
                answer = self.client().head_object(Bucket=self.name, Key=key)
            except self.client().exceptions.ClientError as error:
                if code_of(error) in MISSING:
                    self.check_exists()
                    return None
                raise
        return _stored(key, answer)

    def get(self, key: str) -> StoredPrices | None:
        """The file; None where there is none."""
        with self.failures_named():
            try:
                answer = self.client().get_object(Bucket=self.name, Key=key)
            except self.client().exceptions.ClientError as error:
                if code_of(error) in MISSING:
                    self.check_exists()
                    return None
                raise
            return _stored(key, answer, answer["Body"].read())

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
        }
        metadata = {name: value for name, value in metadata.items() if value}
        condition = {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}
        body = history.to_csv()
        with self.failures_named():
            try:
                answer = self.client().put_object(
                    Bucket=self.name,
                    Key=key,
                    Body=body,
                    ContentType="text/csv",
                    Metadata=metadata,
                    **condition,
                )
            except self.client().exceptions.ClientError as error:
                if code_of(error) in CHANGED | MISSING:
                    self.check_exists()
                    message = f"{key} was written by someone else since it was read."
                    raise ChangedMeanwhileError(message) from error
                raise
        return _stored(key, {"ETag": answer["ETag"], "Metadata": metadata}, body)


def _stored(key: str, answer: Mapping[str, Any], body: bytes = b"") -> StoredPrices:
    metadata = answer["Metadata"]
    return StoredPrices(
        key=key,
        etag=answer["ETag"],
        provider=metadata.get("provider", ""),
        fetched_at=metadata.get("fetched-at", ""),
        rows=int(metadata["rows"]) if metadata.get("rows", "").isdigit() else 0,
        first_date=metadata.get("first-date", ""),
        last_date=metadata.get("last-date", ""),
        last_action=metadata.get("last-action", ""),
        jumps=tuple(metadata.get("jumps", "").split()),
        body=body,
    )
