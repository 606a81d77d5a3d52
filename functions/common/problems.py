"""Problem details for HTTP APIs (RFC 9457)."""

from __future__ import annotations

from typing import Any

from functions.common.errors import InvalidMessageError, StockcastError

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "https://stockcast.dev/problems/"


def problem(slug: str, title: str, status: int, detail: str, **members: Any) -> dict[str, Any]:
    """A problem object; `slug` names its type, extra members are carried along."""
    return {
        "type": TYPE_PREFIX + slug,
        "title": title,
        "status": status,
        "detail": detail,
        **members,
    }


def from_error(error: StockcastError, *, status: int | None = None) -> dict[str, Any]:
    """The problem object that tells a caller of `error`."""
    members: dict[str, Any] = {}
    if isinstance(error, InvalidMessageError):
        members["errors"] = [{"field": one.field, "message": one.message} for one in error.errors]
    return problem(error.slug, error.title, status or error.status, error.detail, **members)
