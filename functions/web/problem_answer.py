"""A problem object (RFC 9457) as an answer of web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from functions.common import problems


def problem_answer(shown: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem as an answer, which no cache keeps: it may be over in a moment."""
    headers = {"cache-control": "no-store", **(headers or {})}
    return JSONResponse(shown, shown["status"], headers, problems.CONTENT_TYPE)
