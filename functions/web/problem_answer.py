"""Answers with a problem object (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from functions.common import problems


def problem_answer(shown: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A response with a problem. Caches must not store it, because the problem may end soon."""
    headers = {"cache-control": "no-store", **(headers or {})}
    return JSONResponse(shown, shown["status"], headers, problems.CONTENT_TYPE)
