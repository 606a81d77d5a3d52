"""Reads what a caller submits, and says everything that is wrong with it at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from functions.common.errors import InvalidFieldError, StockcastError
from functions.common.messages import analyses, fields, strict_json
from functions.common.messages.events import ForecastRequested
from functions.common.problems import from_error

EXAMPLE = '{"symbol": "AAPL", "days": 45}.'
FIELDS = ("symbol", "days", "model", "options", "id")
ANALYSIS_EXAMPLE = '{"symbol": "AAPL", "kind": "buy_and_hold", "start": "2012-01-03"}.'


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


def forecast(body: bytes) -> Submission:
    """The forecast asked for in a JSON body. Raises BadBodyError or InvalidSubmissionError."""
    data = json_object(body)

    def asked(field: Field) -> dict[str, Any]:
        read = {
            "days": field(fields.days),
            "model": field(fields.model),
            "options": field(fields.options),
        }
        field.errors.extend(fields.foreign(data, FIELDS, "field of a forecast"))
        return read

    return _read(data, asked)


def analysis(body: bytes) -> Submission:
    """The analysis asked for in a JSON body. Raises BadBodyError or InvalidSubmissionError.

    Whatever it holds beside the id, the symbol and the kind are the kind's parameters.
    """
    data = json_object(body, ANALYSIS_EXAMPLE)
    given = {name: data[name] for name in data if name not in {"id", "symbol", "kind"}}

    def asked(field: Field) -> dict[str, Any]:
        kind = field(analyses.kind)
        if kind is None:
            return {}
        parameters, wrong = analyses.parameters(kind, given)
        field.errors.extend(wrong)
        return {"kind": kind, "options": parameters}

    return _read(data, asked)


class Field:
    """Reads fields of `data`, and keeps what is wrong with them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self.errors: list[InvalidFieldError] = []

    def __call__(self, read: Callable[..., Any], *arguments: str) -> Any:
        """What `read` makes of the data; None where it is wrong."""
        try:
            return read(self._data, *arguments)
        except InvalidFieldError as error:
            self.errors.append(error)


def _read(data: Mapping[str, Any], asked: Callable[[Field], dict[str, Any]]) -> Submission:
    field = Field(data)
    has_own_id = data.get("id") is not None
    request_id = field(fields.request_id, "id") if has_own_id else str(uuid.uuid4())
    symbol = field(fields.symbol)
    rest = asked(field)
    if field.errors:
        raise InvalidSubmissionError(field.errors)
    return Submission(ForecastRequested(request_id, symbol, **rest), has_own_id)


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
