"""What a reader should know about some prices, as S3 keeps it beside them: whole sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from urllib.parse import quote, unquote

MOST_BYTES = 1200
"""All metadata of an object together may have 2 kB; the rest needs up to 700 bytes."""
FIGURES = re.compile(r"[\d.,-]*\d")
READABLE = " ,.:;()[]'$/+="
"""Characters that a header takes as they are."""


def merged(*groups: Iterable[str]) -> tuple[str, ...]:
    """The notes of all groups in their order; of those that differ in figures alone, the first."""
    told: dict[str, str] = {}
    for note in chain(*groups):
        told.setdefault(FIGURES.sub("#", note), note)
    return tuple(told.values())


def to_header(notes: Sequence[str]) -> str:
    """The notes as a header value: JSON, URL-quoted; empty if there are none.

    Drops the last ones if there are too many for a header, and says how many.
    """
    for kept in range(len(notes), -1, -1):
        left = len(notes) - kept
        shown = [*notes[:kept], *([f"{left} more notes are left out here."] if left else [])]
        header = quote(json.dumps(shown), safe=READABLE) if shown else ""
        header = header.replace("  ", "%20%20")  # a signature takes two spaces for one
        if len(header) <= MOST_BYTES:
            return header
    return ""


def from_header(header: str) -> tuple[str, ...]:
    """The inverse of `to_header`; what is no list of texts holds no notes."""
    try:
        notes = json.loads(unquote(header)) if header else []
    except (ValueError, RecursionError):
        return ()
    return tuple(note for note in notes if isinstance(note, str)) if isinstance(notes, list) else ()
