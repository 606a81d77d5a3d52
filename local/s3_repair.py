"""Objects of the local S3 that a loss of power has left half written: listed, but unreadable.

SeaweedFS keeps the name of an object and its bytes in different files and waits for the disk with
neither. An object of which only the name was on the disk is answered 500 for good, and ingest,
which sees it there and fresh, never writes it anew. Once it is gone, its prices are fetched again.
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
"""Older objects are on the disk: Linux writes what has waited for half a minute."""
PATIENCE_S = 20.0
"""A server that has just started answers 404 or 500 to what it finds a moment later. So nothing is
removed but what could not be read for so long; for SeaweedFS, that takes two tries."""
PAUSE_S = 0.1
AT_ONCE = 16

T = TypeVar("T")

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
        # Tried again here: SeaweedFS itself tries for 13 seconds to read what is damaged.
        retry_config={"max_retries": 0, "retry_timeout": timedelta(0)},
    )
    try:
        recent = _recent(store)
        with ThreadPoolExecutor(AT_ONCE) as readers:
            are_whole = readers.map(lambda path: _can_be_read(store, path), recent)
        for path in [path for path, whole in zip(recent, are_whole, strict=True) if not whole]:
            log.warning("%s in %s was left half written and is removed", path, bucket)
            store.delete(path)
    except BaseError as error:
        log.warning("%s was not searched for what is half written: %s", bucket, error)


def _recent(store: S3Store) -> list[str]:
    found = _patiently(lambda: [each for page in store.list() for each in page])
    newest = max((each["last_modified"] for each in found), default=None)
    return [each["path"] for each in found if newest and newest - each["last_modified"] < RECENT]


def _can_be_read(store: S3Store, path: str) -> bool:
    from obstore.exceptions import BaseError

    try:
        _patiently(lambda: store.get(path).bytes())
    except (BaseError, OSError):
        return False
    return True


def _patiently(ask: Callable[[], T]) -> T:
    """The answer, asked for again and again; raises the last failure."""
    from obstore.exceptions import BaseError

    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except (BaseError, OSError):
            if time.monotonic() > give_up:
                raise
            time.sleep(PAUSE_S)
