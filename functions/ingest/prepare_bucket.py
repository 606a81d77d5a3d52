"""Prepares the S3 bucket with MinIO's SDK.

It creates the bucket, tests conditional writes, and sets rules that remove old uploads. To run it,
use `stockcast bucket`, or `python3 -m functions.ingest.prepare_bucket` in a container.
"""

from __future__ import annotations

import math
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from functions.common.config import Environment, S3Settings
from functions.common.errors import ConfigurationError, StockcastError, TemporaryError
from functions.common.prices.bucket import DEFAULT_REGION, NO_ETAG, Bucket
from functions.common.prices.credentials import from_boto3

if TYPE_CHECKING:
    from minio import Minio
    from minio.credentials.providers import Provider

AWS = "https://s3.amazonaws.com"
CONNECT_TIMEOUT_S, REPLY_TIMEOUT_S = 2.0, 20.0
UPLOADS = {"stockcast-uploads": "uploads/", "stockcast-uploaded-prices": "prices/upload/"}
"""The ids and prefixes of the rules that remove uploads: the original files and their prices."""
DAY_S = 86_400
WAIT_S = 120.0
OF_THE_MOMENT = frozenset({"InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout"})
CONDITIONS = {"If-None-Match": None, "If-Match": NO_ETAG}
"""Conditions that are not true for an object that exists."""
NO_WRITES = "Stockcast needs it so that workers do not overwrite each other's prices"

Tell = Callable[[str], None]


def prepare(settings: S3Settings, uploads_kept_s: float, tell: Tell) -> None:
    """Prepare the bucket, and `tell` each step in one line. You can repeat it safely.

    Raises ConfigurationError if the server lacks a feature that Stockcast needs, and TemporaryError
    if it does not answer.
    """
    client = _client(settings)
    where = settings.endpoint_url or "AWS"
    with _failures_named(where):
        made = not client.bucket_exists(settings.bucket)
        if made:
            client.make_bucket(settings.bucket, settings.region or None)
        tell(f"Bucket {settings.bucket} at {where}: {'created' if made else 'already exists'}.")
        _try_conditional_writes(client, settings, where)
        tell("Conditional writes (If-None-Match and If-Match): the server honors them.")
        days = max(1, math.ceil(uploads_kept_s / DAY_S))
        _remove_uploads_after(client, settings.bucket, days, tell)


def _try_conditional_writes(client: Minio, settings: S3Settings, where: str) -> None:
    bucket = Bucket(settings)
    key = f"stockcast-conditional-writes-{secrets.token_hex(8)}"
    bucket.put(key, b"tried", content_type="text/plain")
    try:
        for header, replaces in CONDITIONS.items():
            does = _does_instead(bucket, key, replaces)
            if does:
                cure = f"{NO_WRITES}. Use a server that honors it."
                raise ConfigurationError(f"S3 at {where} {does} {header}. {cure}")
    finally:
        client.remove_object(settings.bucket, key)


def _does_instead(bucket: Bucket, key: str, replaces: str | None) -> str:
    """What the server does if it does not honor a condition. Empty if it does."""
    try:
        return "" if bucket.refuses(key, replaces) else "ignores"
    except TemporaryError as error:
        if "501 Not Implemented" not in str(error.__cause__):
            raise
        return "does not know"


def _remove_uploads_after(client: Minio, bucket: str, days: int, tell: Tell) -> None:
    """Make the server remove old uploads. Keeps the bucket's other rules."""
    from minio.commonconfig import ENABLED, Filter
    from minio.error import S3Error
    from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

    expiration = Expiration(days=days)
    ours = [
        Rule(ENABLED, Filter(prefix=prefix), rule_id, expiration=expiration)
        for rule_id, prefix in UPLOADS.items()
    ]
    named = " and ".join(UPLOADS.values())
    try:
        known = client.get_bucket_lifecycle(bucket)
        others = [rule for rule in known.rules if rule.rule_id not in UPLOADS] if known else []
        client.set_bucket_lifecycle(bucket, LifecycleConfig([*others, *ours]))
    except S3Error as error:
        if error.code not in {"NotImplemented", "MethodNotAllowed"}:
            raise
        tell(f"Lifecycle of {named}: not supported by the server. Remove old uploads yourself.")
    else:
        tell(f"Lifecycle of {named}: the server removes files older than {days} days.")


def _client(settings: S3Settings) -> Minio:
    import urllib3
    from minio import Minio

    address = urlsplit(settings.endpoint_url or AWS)
    if address.path.strip("/"):
        message = f"S3_ENDPOINT_URL must be a server's address without a path, not {address.path}."
        raise ConfigurationError(message)
    return Minio(
        address.netloc,
        secure=address.scheme == "https",
        region=settings.region or DEFAULT_REGION,
        credentials=_provider(settings),
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=REPLY_TIMEOUT_S), retries=False
        ),
    )


def _provider(settings: S3Settings) -> Provider:
    """The static keys, or the credentials that boto3 finds."""
    from minio.credentials.credentials import Credentials
    from minio.credentials.providers import Provider, StaticProvider

    if settings.credentials:
        return StaticProvider(*settings.credentials, settings.session_token or None)
    found = from_boto3()

    class Boto3Provider(Provider):
        def retrieve(self) -> Credentials:
            keys = found()
            return Credentials(keys["access_key_id"], keys["secret_access_key"], keys.get("token"))

    return Boto3Provider()


@contextmanager
def _failures_named(where: str) -> Iterator[None]:
    """Turn the errors of MinIO's SDK into ours."""
    from minio.error import MinioException, S3Error
    from urllib3.exceptions import HTTPError

    try:
        yield
    except S3Error as error:
        message = f"S3 at {where} refuses to prepare the bucket: {error.code}, {error.message}"
        if error.code in OF_THE_MOMENT:
            raise TemporaryError(message, retry_after_s=2.0) from error
        raise ConfigurationError(message) from error
    except (MinioException, HTTPError) as error:
        raise TemporaryError(f"S3 at {where} failed: {error}", retry_after_s=2.0) from error
    except ValueError as error:
        raise ConfigurationError(f"S3_BUCKET: {error}.") from error


def main() -> int:
    """Prepare the bucket that the environment names. Waits if the server is not up yet."""
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

    patiently = Retrying(
        retry=retry_if_exception_type(TemporaryError),
        stop=stop_after_delay(WAIT_S),
        wait=wait_fixed(1.0),
        reraise=True,
    )
    env = Environment(os.environ)
    try:
        settings, kept_s = S3Settings.read(env), env.seconds("UPLOAD_TTL", "7d")
        patiently(prepare, settings, kept_s, lambda line: sys.stdout.write(line + "\n"))
    except StockcastError as error:
        sys.stderr.write(f"The bucket is not ready: {error.detail}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
