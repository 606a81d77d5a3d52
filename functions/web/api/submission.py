"""Reads submissions, and reports all of their errors at once."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from functions.common.errors import StockcastError
from functions.common.messages import analyses
from functions.common.messages.events import ForecastRequested
from functions.common.messages.message import loads, shown
from functions.common.messages.submissions import ANALYSES, AnalysisKind, ForecastSubmission

EXAMPLE = '{"symbol": "AAPL", "days": 45}.'
ANALYSIS_EXAMPLE = '{"symbol": "AAPL", "kind": "buy_and_hold", "start": "2012-01-03"}.'


class BadBodyError(StockcastError, status=400, title="Malformed JSON", slug="malformed-json"):
    """The body is not JSON."""


class Submission(Struct, frozen=True):
    """A submitted request. `has_own_id` is true if the caller chose the request id."""

    requested: ForecastRequested
    has_own_id: bool


def forecast(body: bytes) -> Submission:
    """Read a forecast from a JSON body.

    Raises BadBodyError if the body is not JSON, InvalidMessageError if a field is wrong.
    """
    asked = ForecastSubmission.from_data(json_object(body))
    requested = ForecastRequested(
        asked.id or str(uuid.uuid4()), asked.symbol, asked.days, asked.model, asked.options
    )
    return Submission(requested, has_own_id=asked.id is not None)


def analysis(body: bytes) -> Submission:
    """Read an analysis from a JSON body.

    Raises BadBodyError if the body is not JSON, InvalidMessageError if a field is wrong.
    """
    data = json_object(body, ANALYSIS_EXAMPLE)
    known = data.get("kind")
    of_kind = ANALYSES[known] if isinstance(known, str) and known in ANALYSES else AnalysisKind
    asked = of_kind.from_data(data)
    given = {name: data[name] for name in analyses.parameter_names(asked.kind) if name in data}
    options = analyses.validated(asked.kind, given)
    requested = ForecastRequested(
        asked.id or str(uuid.uuid4()), asked.symbol, options=options, kind=asked.kind
    )
    return Submission(requested, has_own_id=asked.id is not None)


def require_json(request: Request) -> None:
    """Raise HTTPException (415) if the content type is not JSON.

    A page of another site can send other content types without a CORS check.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/json":
        detail = f"The content type must be application/json, not {content_type or 'missing'}."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)


def json_object(body: bytes, example: str = EXAMPLE) -> dict[str, Any]:
    """Parse the body as a JSON object. Raises BadBodyError, with the example, if it is not one."""
    try:
        data = loads(body)
    except ValueError as error:
        raise BadBodyError(f"The body is not JSON: {error}. For example, send {example}") from error
    if not isinstance(data, dict):
        message = f"The body must be a JSON object, not {shown(data)}. For example, send {example}"
        raise BadBodyError(message)
    return data
