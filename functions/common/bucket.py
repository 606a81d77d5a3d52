"""The bucket in S3: one client for all that is kept there, and what its failures mean."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from functions.common.config import S3Settings
from functions.common.errors import TemporaryError

CONNECT_TIMEOUT_S = 2
REPLY_TIMEOUT_S = 10
ATTEMPTS = 3
RETRY_AFTER_S = 2.0
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
NO_BUCKET = "NoSuchBucket"


class Bucket:
    """Every failure of S3 is a TemporaryError: it is mended there."""

    def __init__(self, settings: S3Settings) -> None:
        self.name = settings.bucket
        self._settings = settings
        self._lock = threading.Lock()
        self._connected: Any = None

    def check(self) -> None:
        """Raise TemporaryError while the bucket cannot be used."""
        with self.failures_named():
            self.check_exists()

    def check_exists(self) -> None:
        """Raise TemporaryError where the bucket does not exist."""
        try:
            self.client().head_bucket(Bucket=self.name)
        except self.client().exceptions.ClientError as error:
            if code_of(error) in MISSING:
                raise TemporaryError(self._no_bucket(), retry_after_s=RETRY_AFTER_S) from error
            raise

    def _no_bucket(self) -> str:
        return f"The bucket {self.name!r} (S3_BUCKET) does not exist; create it."

    def client(self) -> Any:
        """The boto3 client, made when it is first wanted: gunicorn forks after import."""
        with self._lock:
            if self._connected is None:
                self._connected = _connect(self._settings)
        return self._connected

    @contextmanager
    def failures_named(self) -> Iterator[None]:
        """Turns what boto3 raises into TemporaryErrors that say what S3 does not do."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and code_of(error) == NO_BUCKET:
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


def code_of(error: Any) -> str:
    """The error code in S3's answer."""
    return str(error.response.get("Error", {}).get("Code", ""))
