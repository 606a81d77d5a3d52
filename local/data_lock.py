"""Allows only one running Stockcast per data folder, with a lock file that contains its URL."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataInUseError(Exception):
    """Another Stockcast uses the folder. `url` is the URL of its page."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@contextmanager
def data_lock(home: Path, url: str) -> Iterator[None]:
    """Lock `home` for the Stockcast at `url`. The lock ends when the process ends or is killed.

    Raises DataInUseError immediately if another process has the lock.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "running").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise DataInUseError(file.read().strip()) from None
        file.truncate(0)
        file.write(url)
        file.flush()
        yield
