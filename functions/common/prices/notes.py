"""What a reader should know about some prices, as S3 keeps it beside them: whole sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote

MOST_BYTES = 1500
"""All metadata of an object together may have 2 kB."""
READABLE = " ,.:;()[]'$/+="
"""Characters that a header takes as they are."""


def merged(*groups: Iterable[str]) -> tuple[str, ...]:
    """The notes of all groups in their order, each once."""
    return tuple(dict.fromkeys(note for group in groups for note in group))


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
