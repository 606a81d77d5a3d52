"""How large a price file may be."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True):
    """How large a file may be. Reading it takes about 100 bytes of memory per cell."""

    bytes: int
    cells: int


UPLOAD = Limits(bytes=5 * 1024 * 1024, cells=1_500_000)
LOCAL = Limits(bytes=500 * 1024 * 1024, cells=50_000_000)
"""The limits on a user's own machine."""
