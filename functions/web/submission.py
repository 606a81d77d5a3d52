"""Reads what a caller submits, and says everything that is wrong with it at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from functions.common import fields, strict_json
from functions.common.errors import InvalidFieldError, StockcastError
from functions.common.events import ForecastRequested
from functions.common.problems import from_error

EXAMPLE = '{"symbol": "AAPL", "days": 45}.'


class BadBodyError(StockcastError):
    """The body is not JSON."""

    status = 400
    title = "Malformed JSON"
    slug = "malformed-json"


class InvalidSubmissionError(StockcastError):
    """Fields of the body are missing or wrong; `errors` lists each."""

    status = 422
    title = "Invalid request"
    slug = "invalid-request"

    def __init__(self, errors: list[InvalidFieldError]) -> None:
        super().__init__(" ".join(error.detail for error in errors))
        self.errors = errors

    def problem(self) -> dict[str, Any]:
        """The problem object, with the errors by field."""
        listed = [{"field": error.field, "message": error.message} for error in self.errors]
        return {**from_error(self), "errors": listed}


@dataclass(frozen=True)
class Submission:
    """What is asked; `has_own_id` where the caller chose the request id."""

    requested: ForecastRequested
    has_own_id: bool


def read(body: bytes) -> Submission:
    """The submission in a JSON body. Raises BadBodyError or InvalidSubmissionError."""
    data = json_object(body)
    errors: list[InvalidFieldError] = []

    def checked(read_field: Callable[..., Any], *arguments: str) -> Any:
        try:
            return read_field(data, *arguments)
        except InvalidFieldError as error:
            errors.append(error)

    has_own_id = data.get("id") is not None
    asked = {
        "request_id": checked(fields.request_id, "id") if has_own_id else str(uuid.uuid4()),
        "symbol": checked(fields.symbol),
        "days": checked(fields.days),
        "model": checked(fields.model),
        "options": checked(fields.options),
    }
    if errors:
        raise InvalidSubmissionError(errors)
    return Submission(ForecastRequested(**asked), has_own_id)


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
        data = strict_json.loads(body)
    except ValueError as error:
        message = f"The body is not JSON: {error}. Send for example {example}"
        raise BadBodyError(message) from error
    if not isinstance(data, dict):
        message = f"The body must be a JSON object, not {fields.shown(data)}. Send {example}"
        raise BadBodyError(message)
    return data
