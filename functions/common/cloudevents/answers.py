"""Builds the HTTP answers of a function: body, status and headers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from functions.common import problems
from functions.common.cloudevents.event import json_bytes
from functions.common.cloudevents.wsgi import Answer
from functions.common.errors import TemporaryError


def of_json(value: Mapping[str, Any]) -> Answer:
    return json_bytes(value), 200, {"content-type": "application/json"}


def of_problem(shown: Mapping[str, Any], retry_after_s: float | None = None) -> Answer:
    headers = {"content-type": problems.CONTENT_TYPE}
    if retry_after_s is not None:
        headers["retry-after"] = str(max(1, math.ceil(retry_after_s)))
    return problems.brief(shown), int(shown["status"]), headers


def of_probe(name: str, path: str, ready: Callable[[], None]) -> Answer:
    """The answer to a health check (is the process alive?) or a readiness check."""
    if path in {"/healthz", "/_/health"}:
        return of_json({"status": "ok", "function": name})
    if path != "/readyz":
        detail = f"{path} is not found. POST a CloudEvent to / instead."
        return of_problem(problems.problem("not-found", "Not found", 404, detail))
    try:
        ready()
    except TemporaryError as error:
        return of_problem(problems.from_error(error))
    return of_json({"status": "ready", "function": name})
