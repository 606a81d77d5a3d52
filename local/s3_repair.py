"""Removes objects from the local S3 that a power loss left half written.

SeaweedFS stores the names and the bytes of objects in different files, and does not wait for the
disk. After a power loss, an object can have a name but no bytes. S3 lists such an object and
answers every read with 500. Ingest sees it as fresh, so it would never write it again.
Once the object is gone, ingest fetches its prices again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from obstore.store import S3Store

RECENT = timedelta(minutes=1)
"""Older objects are safe, because Linux writes data to the disk within about 30 seconds."""
PATIENCE_S = 20.0
"""How long an object must stay unreadable before it is removed. Just after its start, SeaweedFS
can answer 404 or 500 for objects that it finds a moment later. One try can take 13 s."""
PAUSE_S = 0.1
AT_ONCE = 16

T = TypeVar("T")

log = logging.getLogger(__name__)


def remove(endpoint_url: str, bucket: str, key: str, secret: str) -> None:
    """Delete recent objects of `bucket` that cannot be read."""
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    store = S3Store(
        bucket,
        endpoint=endpoint_url,
        access_key_id=key,
        secret_access_key=secret,
        region="us-east-1",
        client_options={"allow_http": True},
        # `_with_retries` repeats requests. SeaweedFS tries to read a damaged object for 13 s.
        retry_config={"max_retries": 0, "retry_timeout": timedelta(0)},
    )
    try:
        recent = _recent(store)
        with ThreadPoolExecutor(AT_ONCE) as readers:
            are_whole = readers.map(lambda path: _can_be_read(store, path), recent)
        for path in [path for path, whole in zip(recent, are_whole, strict=True) if not whole]:
            log.warning("removing %s from %s, because it is half written", path, bucket)
            store.delete(path)
    except BaseError as error:
        log.warning("cannot check %s for half-written objects: %s", bucket, error)


def _recent(store: S3Store) -> list[str]:
    found = _with_retries(lambda: [each for page in store.list() for each in page])
    newest = max((each["last_modified"] for each in found), default=None)
    return [each["path"] for each in found if newest and newest - each["last_modified"] < RECENT]


def _can_be_read(store: S3Store, path: str) -> bool:
    from obstore.exceptions import BaseError

    try:
        _with_retries(lambda: store.get(path).bytes())
    except (BaseError, OSError):
        return False
    return True


def _with_retries(ask: Callable[[], T]) -> T:
    """Repeat `ask` until it succeeds. After PATIENCE_S, raise the last error."""
    from obstore.exceptions import BaseError

    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except (BaseError, OSError):
            if time.monotonic() > give_up:
                raise
            time.sleep(PAUSE_S)
