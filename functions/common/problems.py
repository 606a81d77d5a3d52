"""Problem details for HTTP APIs (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from functions.common.errors import InvalidMessageError, StockcastError, UnknownSymbolError

CONTENT_TYPE = "application/problem+json"
MOST_DETAIL = 300
MOST_BYTES = 499
MOST_OF_A_CHARACTER = 12
"""The most bytes that one character takes in JSON."""
TYPE_PREFIX = "https://stockcast.dev/problems/"


def problem(slug: str, title: str, status: int, detail: str, **members: Any) -> dict[str, Any]:
    """A problem object. `slug` ends its type URL. `members` become extra members."""
    return {
        "type": TYPE_PREFIX + slug,
        "title": title,
        "status": status,
        "detail": shortened(detail),
        **members,
    }


def shortened(detail: str, most: int = MOST_DETAIL) -> str:
    """`detail`, cut to `most` characters with an ellipsis at the end."""
    return detail if len(detail) <= most else detail[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def brief(shown: Mapping[str, Any]) -> bytes:
    """The problem in at most MOST_BYTES of JSON, for a broker.

    If a problem is longer, it loses its list of errors first, then the end of its detail. Knative's
    in-memory channel panics if it dead-letters an event whose answer had more than 768 bytes.
    """
    body = json.dumps(shown, separators=(",", ":")).encode()
    if len(body) <= MOST_BYTES:
        return body
    short = {name: shown[name] for name in ("type", "title", "status", "detail")}
    while len(body := json.dumps(short, separators=(",", ":")).encode()) > MOST_BYTES:
        excess = len(body) - MOST_BYTES
        kept = len(short["detail"]) - excess // MOST_OF_A_CHARACTER - 1
        short["detail"] = shortened(short["detail"], kept)
    return body


def from_error(error: StockcastError, *, status: int | None = None) -> dict[str, Any]:
    """The problem object for `error`."""
    members: dict[str, Any] = {}
    if isinstance(error, InvalidMessageError):
        members["errors"] = [{"field": one.field, "message": one.message} for one in error.errors]
    if isinstance(error, UnknownSymbolError):
        members["suggestions"] = [dict(one) for one in error.suggestions]
    return problem(error.slug, error.title, status or error.status, error.detail, **members)
