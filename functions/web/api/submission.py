"""Reads what a caller submits, and says everything that is wrong with it at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from functions.common.errors import StockcastError
from functions.common.messages import analyses
from functions.common.messages.events import ForecastRequested
from functions.common.messages.message import loads, shown
from functions.common.messages.submissions import ANALYSES, AnalysisKind, ForecastSubmission

EXAMPLE = '{"symbol": "AAPL", "days": 45}.'
ANALYSIS_EXAMPLE = '{"symbol": "AAPL", "kind": "buy_and_hold", "start": "2012-01-03"}.'


class BadBodyError(StockcastError):
    """The body is not JSON."""

    status = 400
    title = "Malformed JSON"
    slug = "malformed-json"


@dataclass(frozen=True)
class Submission:
    """What is asked; `has_own_id` where the caller chose the request id."""

    requested: ForecastRequested
    has_own_id: bool


def forecast(body: bytes) -> Submission:
    """The forecast asked for in a JSON body. Raises BadBodyError or InvalidMessageError."""
    asked = ForecastSubmission.from_data(json_object(body))
    requested = ForecastRequested(
        asked.id or str(uuid.uuid4()), asked.symbol, asked.days, asked.model, asked.options
    )
    return Submission(requested, has_own_id=asked.id is not None)


def analysis(body: bytes) -> Submission:
    """The analysis asked for in a JSON body. Raises BadBodyError or InvalidMessageError."""
    data = json_object(body, ANALYSIS_EXAMPLE)
    known = data.get("kind")
    of_kind = ANALYSES[known] if isinstance(known, str) and known in ANALYSES else AnalysisKind
    asked = of_kind.from_data(data)
    given = {name: data[name] for name in analyses.takes(asked.kind) if name in data}
    options = analyses.checked(asked.kind, given)
    requested = ForecastRequested(
        asked.id or str(uuid.uuid4()), asked.symbol, options=options, kind=asked.kind
    )
    return Submission(requested, has_own_id=asked.id is not None)


def require_json(request: Request) -> None:
    """Refuse a request whose content type is another than JSON's.

    A page of another site can send those without asking first.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/json":
        detail = f"The content type must be application/json, not {content_type or 'missing'}."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)


def json_object(body: bytes, example: str = EXAMPLE) -> dict[str, Any]:
    """The JSON object that is the body. Raises BadBodyError, with the example."""
    try:
        data = loads(body)
    except ValueError as error:
        message = f"The body is not JSON: {error}. Send for example {example}"
        raise BadBodyError(message) from error
    if not isinstance(data, dict):
        message = f"The body must be a JSON object, not {shown(data)}. Send {example}"
        raise BadBodyError(message)
    return data
