"""The S3 bucket: one client for everything stored there, and errors that explain its failures.

The client is obstore because users wait for imports and reads. obstore takes 3 ms of CPU to import
and 0.2 ms per read. boto3 takes 130 ms and 1.4 ms.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from functions.common.config import S3Settings
from functions.common.errors import StockcastError, TemporaryError
from functions.common.prices import s3_failures
from functions.common.prices.credentials import from_boto3

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider
    from obstore.store import ObjectStore, S3Store

CONNECT_TIMEOUT = timedelta(seconds=2)
REPLY_TIMEOUT = timedelta(seconds=10)
RETRIES = 2
RETRY_TIMEOUT = timedelta(seconds=20)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=50), timedelta(milliseconds=500)
RETRY_AFTER_S = 2.0
DEFAULT_REGION = "us-east-1"
NOTHING = "stockcast-is-there-a-bucket"
"""A key that nobody writes. A read of it shows whether the bucket is readable."""
NEVER_WRITTEN = "prices/stockcast-does-s3-heed-conditions"
"""A key for a test write with a condition that is never true."""
NO_ETAG = '"00000000000000000000000000000000"'
"""An ETag that no object has."""


class ChangedMeanwhileError(StockcastError, title="Changed meanwhile", slug="changed-meanwhile"):
    """Someone else wrote the object after it was read."""


class StoredObject(Struct, frozen=True):
    """An object. `body` is empty if only the metadata was read."""

    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def connect(
    settings: S3Settings, find: Callable[[], Boto3CredentialProvider] | None = from_boto3
) -> S3Store:
    """The bucket in S3.

    If the settings have no static keys, `find` returns the credentials. If `find` is None, obstore
    finds them itself: web identities and the roles of containers and instances.
    """
    from obstore.store import S3Store

    options: dict[str, Any] = {}
    region = settings.region
    if settings.credentials:
        key, secret = settings.credentials
        options |= {"access_key_id": key, "secret_access_key": secret}
        if settings.session_token:
            options["session_token"] = settings.session_token
    elif find:
        provider = find()
        options["credential_provider"] = provider
        region = region or provider.config.get("region", "")
        provider.config = {}  # obstore refuses a region that is set twice
    if settings.endpoint_url:
        options["endpoint"] = settings.endpoint_url
    return S3Store(
        settings.bucket,
        region=region or DEFAULT_REGION,
        virtual_hosted_style_request=settings.endpoint_url is None,
        client_options={
            "connect_timeout": CONNECT_TIMEOUT,
            "timeout": REPLY_TIMEOUT,
            "allow_http": True,
        },
        retry_config={
            "max_retries": RETRIES,
            "retry_timeout": RETRY_TIMEOUT,
            "backoff": {"init_backoff": FIRST_PAUSE, "max_backoff": LONGEST_PAUSE, "base": 2},
        },
        **options,
    )


def connect_lightly(settings: S3Settings) -> S3Store:
    """The bucket for web, which imports boto3 only if AWS_PROFILE is set."""
    return connect(settings, from_boto3 if os.environ.get("AWS_PROFILE") else None)


def _mode(replaces: str | None) -> Any:
    return {"e_tag": replaces} if replaces else "create"


class Bucket:
    """One bucket. Every S3 failure becomes a TemporaryError, because the caller cannot fix it.

    Before the first conditional write, it tests whether S3 honors conditions.
    """

    def __init__(
        self, settings: S3Settings, connect: Callable[[S3Settings], ObjectStore] = connect
    ) -> None:
        self.name = settings.bucket
        self._settings = settings
        self._connect = connect
        self._lock = threading.Lock()
        self._connected: ObjectStore | None = None
        self._honors_conditions = False
        self._is_readable = False

    def check(self) -> None:
        """Raises TemporaryError if the bucket cannot be used."""
        self.get(NOTHING)
        self._is_readable = True

    def head(self, key: str) -> StoredObject | None:
        """The object's metadata, without its body. None if there is no object."""
        try:
            found = self._get(key, head=True)
        except TemporaryError as error:
            if error.__cause__ is None or not s3_failures.is_refusal(error.__cause__):
                raise
            # The answer to HEAD has no body that says why. The answer to GET does.
            found = self.get(key)
            return replace(found, body=b"") if found else None
        if found is None and not self._is_readable:
            self.check()  # HEAD does not tell a missing bucket from a missing object
        return found

    def get(self, key: str) -> StoredObject | None:
        """The object, or None if there is none."""
        return self._get(key, head=False)

    def _get(self, key: str, *, head: bool) -> StoredObject | None:
        with self._failures_named():
            try:
                answer = self._store().get(key, options={"head": head})
                body = b"" if head else answer.bytes().to_bytes()
            except FileNotFoundError as error:
                if s3_failures.NO_BUCKET in str(error):
                    raise
                return None
            metadata = {name.lower(): value for name, value in answer.attributes.items()}
            return StoredObject(str(answer.meta["e_tag"]), metadata, body)

    def put(
        self, key: str, body: bytes, *, content_type: str, metadata: Mapping[str, str] | None = None
    ) -> StoredObject:
        """Write the object. Overwrites an existing one."""
        return self._put(key, body, content_type, metadata or {}, "overwrite")

    def replace(
        self,
        key: str,
        body: bytes,
        *,
        replaces: str | None,
        content_type: str,
        metadata: Mapping[str, str],
    ) -> StoredObject:
        """Write the object if the stored version is still `replaces`.

        `replaces` is an ETag, or None if the object must not exist yet.
        Raises ChangedMeanwhileError if the stored version is a different one.
        """
        self._honors_conditions = self._honors_conditions or self.refuses(NEVER_WRITTEN, NO_ETAG)
        if not self._honors_conditions:  # prices could be lost
            message = s3_failures.NO_CONDITIONS.format(where=s3_failures.where(self._settings))
            raise TemporaryError(message, retry_after_s=RETRY_AFTER_S)
        return self._put(key, body, content_type, metadata, _mode(replaces))

    def refuses(self, key: str, replaces: str | None) -> bool:
        """Whether S3 refuses to write an empty object on a condition that is not true.

        Raises TemporaryError if it does not know the condition.
        """
        try:
            self._put(key, b"", "text/plain", {}, _mode(replaces))
        except ChangedMeanwhileError:
            return True
        return False

    def _put(
        self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str], mode: Any
    ) -> StoredObject:
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        attributes = {"Content-Type": content_type, **metadata}
        with self._failures_named(is_conditional=mode != "overwrite"):
            try:
                answer = self._store().put(
                    key, body, attributes=attributes, mode=mode, use_multipart=False
                )
            except (AlreadyExistsError, PreconditionError, FileNotFoundError) as error:
                if s3_failures.NO_BUCKET in str(error):
                    raise
                message = f"Someone else wrote {key} after it was read."
                raise ChangedMeanwhileError(message) from error
        return StoredObject(str(answer["e_tag"]), metadata, body)

    def _store(self) -> ObjectStore:
        """The store, created on first use because gunicorn forks after import."""
        with self._lock:
            if self._connected is None:
                self._connected = self._connect(self._settings)
        return self._connected

    @contextmanager
    def _failures_named(self, *, is_conditional: bool = False) -> Iterator[None]:
        """Turns obstore's errors into TemporaryErrors that explain what is wrong with S3."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as error:
            message = s3_failures.in_words(error, self._settings, is_conditional=is_conditional)
            raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
