"""Prices in S3: one CSV a provider and symbol, replaced only by whoever saw the last version.

s3://BUCKET/prices/{provider}/{symbol}.csv
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from functions.common.config import S3Settings
from functions.common.errors import StockcastError, TemporaryError
from functions.common.prices import PriceHistory

CONNECT_TIMEOUT_S = 2
REPLY_TIMEOUT_S = 10
ATTEMPTS = 3
RETRY_AFTER_S = 2.0
MOST_JUMPS = 5
"""Object metadata is short: only the latest jumps are named."""
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
NO_BUCKET = "NoSuchBucket"
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


class PriceStore:
    """Reads and writes price files. Every failure of S3 is a TemporaryError: it is mended there."""

    def __init__(self, settings: S3Settings) -> None:
        self.bucket = settings.bucket
        self._settings = settings
        self._lock = threading.Lock()
        self._connected: Any = None

    @staticmethod
    def key_of(provider: str, symbol: str) -> str:
        return f"prices/{provider}/{symbol}.csv"

    def head(self, key: str) -> StoredPrices | None:
        """What is known of the file without reading it; None where there is none."""
        with self._failures_named():
            try:
                answer = self._client().head_object(Bucket=self.bucket, Key=key)
            except self._client().exceptions.ClientError as error:
                if _code(error) in MISSING:
                    self._check_bucket()
                    return None
                raise
        return _stored(key, answer)

    def get(self, key: str) -> StoredPrices | None:
        """The file; None where there is none."""
        with self._failures_named():
            try:
                answer = self._client().get_object(Bucket=self.bucket, Key=key)
            except self._client().exceptions.ClientError as error:
                if _code(error) in MISSING:
                    self._check_bucket()
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
        with self._failures_named():
            try:
                answer = self._client().put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    ContentType="text/csv",
                    Metadata=metadata,
                    **condition,
                )
            except self._client().exceptions.ClientError as error:
                if _code(error) in CHANGED | MISSING:
                    self._check_bucket()
                    message = f"{key} was written by someone else since it was read."
                    raise ChangedMeanwhileError(message) from error
                raise
        return _stored(key, {"ETag": answer["ETag"], "Metadata": metadata}, body)

    def check(self) -> None:
        """Raise TemporaryError while the bucket cannot be used."""
        with self._failures_named():
            self._check_bucket()

    def _check_bucket(self) -> None:
        try:
            self._client().head_bucket(Bucket=self.bucket)
        except self._client().exceptions.ClientError as error:
            if _code(error) in MISSING:
                raise TemporaryError(self._no_bucket(), retry_after_s=RETRY_AFTER_S) from error
            raise

    def _no_bucket(self) -> str:
        return f"The bucket {self.bucket!r} (S3_BUCKET) does not exist; create it."

    def _client(self) -> Any:
        with self._lock:
            if self._connected is None:
                self._connected = _connect(self._settings)
        return self._connected

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and _code(error) == NO_BUCKET:
                message = self._no_bucket()
                raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
            where = self._settings.endpoint_url or "AWS"
            message = f"S3 at {where} does not answer as it should: {error}"
            raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error


def _connect(settings: S3Settings) -> Any:
    import boto3
    from botocore.config import Config

    key, secret = settings.credentials or (None, None)
    # A client of one session of our own: boto3's default session is not safe across threads.
    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=REPLY_TIMEOUT_S,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            s3={"addressing_style": "path" if settings.endpoint_url else "auto"},
        ),
    )


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


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
