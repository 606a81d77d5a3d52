"""Notes for users about prices, in full sentences. S3 stores them with the prices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from urllib.parse import quote, unquote

MOST_BYTES = 1200
"""S3 allows 2 kB of metadata per object. The other metadata needs up to 700 bytes."""
FIGURES = re.compile(r"[\d.,-]*\d")
READABLE = " ,.:;()[]'$/+="
"""Characters that a header can contain unquoted."""


def merged(*groups: Iterable[str]) -> tuple[str, ...]:
    """The notes of all groups, in order. If notes differ only in numbers, the first one stays."""
    unique: dict[str, str] = {}
    for note in chain(*groups):
        unique.setdefault(FIGURES.sub("#", note), note)
    return tuple(unique.values())


def to_header(notes: Sequence[str]) -> str:
    """The notes as a header value in URL-quoted JSON. Empty if there are none.

    If there are too many for a header, drops the last ones and says how many.
    """
    for kept in range(len(notes), -1, -1):
        left = len(notes) - kept
        shown = [*notes[:kept], *([f"{left} more notes are left out."] if left else [])]
        header = quote(json.dumps(shown), safe=READABLE) if shown else ""
        header = header.replace("  ", "%20%20")  # AWS signatures merge two spaces into one
        if len(header) <= MOST_BYTES:
            return header
    return ""


def from_header(header: str) -> tuple[str, ...]:
    """The inverse of `to_header`. Returns no notes if the header is invalid."""
    try:
        notes = json.loads(unquote(header)) if header else []
    except (ValueError, RecursionError):
        return ()
    return tuple(note for note in notes if isinstance(note, str)) if isinstance(notes, list) else ()
