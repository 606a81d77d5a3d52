"""Objects of the local S3 that a loss of power has left half written: listed, but unreadable.

SeaweedFS keeps the name of an object and its bytes in different files and waits for the disk with
neither. An object of which only the name was on the disk is answered 500 for good, and ingest,
which sees it there and fresh, never writes it anew. Once it is gone, its prices are fetched again.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import S3Store

RECENT = timedelta(minutes=1)
"""Older objects are on the disk: Linux writes what has waited for half a minute."""
PATIENCE_S = 10.0
PAUSE_S = 0.1
AT_ONCE = 16

log = logging.getLogger(__name__)


def remove(endpoint_url: str, bucket: str, key: str, secret: str) -> None:
    """Delete what was among the last to be written to `bucket`, and cannot be read."""
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    store = S3Store(
        bucket,
        endpoint=endpoint_url,
        access_key_id=key,
        secret_access_key=secret,
        region="us-east-1",
        client_options={"allow_http": True},
        # SeaweedFS itself tries for 13 seconds to read what is damaged.
        retry_config={"max_retries": 0, "retry_timeout": timedelta(0)},
    )
    try:
        recent = _recent(store)
        with ThreadPoolExecutor(AT_ONCE) as readers:
            are_whole = readers.map(lambda path: _can_be_read(store, path), recent)
        for path in (
            path for path, is_whole in zip(recent, are_whole, strict=True) if not is_whole
        ):
            log.warning("%s in %s was left half written and is removed", path, bucket)
            store.delete(path)
    except BaseError as error:
        log.warning("%s was not searched for what is half written: %s", bucket, error)


def _recent(store: S3Store) -> list[str]:
    found = _listed(store)
    newest = max((each["last_modified"] for each in found), default=None)
    return [each["path"] for each in found if newest and newest - each["last_modified"] < RECENT]


def _listed(store: S3Store) -> list[ObjectMeta]:
    """A server that has just made its bucket takes a moment to know of it."""
    from obstore.exceptions import BaseError

    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return [each for page in store.list() for each in page]
        except BaseError:
            if time.monotonic() > give_up:
                raise
            time.sleep(PAUSE_S)


def _can_be_read(store: S3Store, path: str) -> bool:
    from obstore.exceptions import BaseError

    try:
        store.get(path).bytes()
    except (BaseError, OSError):
        return False
    return True
