"""The price history in a result. All results from the same prices share one copy in Redis.

A result whose history is stored apart ends with APART. The results of analyses have no history, and
those of older versions have theirs inside.
"""

from __future__ import annotations

import zlib

APART = b',"history":null}'
_HISTORY = b',"history":{'


def split(result: bytes) -> tuple[bytes, bytes]:
    """A result without its history, and the history. The history is empty if there is none."""
    rest, found, history = result.rpartition(_HISTORY)
    return (rest + APART, b"{" + history[:-1]) if found else (result, b"")


def joined(result: bytes, history: bytes) -> bytes:
    """The result with its history, to the byte as it was before `split`."""
    return result.removesuffix(b"null}") + history + b"}"


def packed(history: bytes) -> bytes:
    """The history as Redis stores it."""
    return zlib.compress(history, 1)


def unpacked(stored: bytes) -> bytes:
    return zlib.decompress(stored)
