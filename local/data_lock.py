"""One running Stockcast per data folder: a lock that its process holds, with its URL inside."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataInUseError(Exception):
    """Another Stockcast uses the folder; `url` is its page."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@contextmanager
def data_lock(home: Path, url: str) -> Iterator[None]:
    """Hold `home` for the Stockcast at `url`. The lock ends with the process, even a killed one.

    Raises DataInUseError at once if another process holds it.
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
