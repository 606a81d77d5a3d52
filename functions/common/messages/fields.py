"""Strict reading of the fields of a JSON object, one function a kind of field.

Each returns the value or raises `InvalidFieldError`, which names the field and the value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from functions.common.errors import InvalidFieldError

SYMBOL_PATTERN = r"^[A-Z0-9^@][A-Z0-9.\-=^_]{0,23}$"
"""A symbol in upper case. One that begins with `@` is an uploaded file."""
SYMBOL = re.compile(SYMBOL_PATTERN)
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
MODELS = ("calibrated", "prophet")
DEFAULT_MODEL = "calibrated"
MIN_DAYS = 1
MAX_DAYS = 3650
SHOWN_CHARACTERS = 40
MAX_OPTIONS_CHARACTERS = 2000
MOST_FOREIGN = 10

Json = Mapping[str, Any]


def shown(value: object) -> str:
    """`value` as JSON, shortened, fit for an error message."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 3] + "..."


def required(data: Json, field: str) -> Any:
    if field not in data:
        raise InvalidFieldError(field, "is missing.")
    return data[field]


def foreign(data: Json, takes: Collection[str], what: str) -> list[InvalidFieldError]:
    """What is in `data` and is no `what`, which `takes` lists; of many, the first are named."""
    message = f"is no {what}, which takes {', '.join(takes)}."
    unknown = [name for name in data if name not in takes]
    return [InvalidFieldError(name[:SHOWN_CHARACTERS], message) for name in unknown[:MOST_FOREIGN]]


def text(data: Json, field: str, *, max_length: int = 512) -> str:
    value = required(data, field)
    if not isinstance(value, str) or not value or len(value) > max_length:
        message = f"must be a text of 1 to {max_length} characters, not {shown(value)}."
        raise InvalidFieldError(field, message)
    return value


def whole_number(data: Json, field: str, *, least: int, most: int) -> int:
    value = required(data, field)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 45.0 is a whole number in JSON
    if type(value) is not int or not least <= value <= most:
        message = f"must be a whole number from {least} to {most}, not {shown(value)}."
        raise InvalidFieldError(field, message)
    return value


def flag(data: Json, field: str, *, default: bool) -> bool:
    value = data.get(field, default)
    if not isinstance(value, bool):
        raise InvalidFieldError(field, f"must be true or false, not {shown(value)}.")
    return value


def json_object(data: Json, field: str) -> Json:
    value = required(data, field)
    if not isinstance(value, dict):
        raise InvalidFieldError(field, f"must be an object, not {shown(value)}.")
    return value


def day(data: Json, field: str) -> date:
    value = required(data, field)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        message = f"must be a date like 2013-03-01, not {shown(value)}."
        raise InvalidFieldError(field, message) from None


def moment(data: Json, field: str) -> str:
    """A time with its offset, ISO 8601, as it was given; empty where there is none."""
    value = data.get(field) or ""
    if value and not _is_moment(value):
        message = f"must be a time like 2013-03-01T12:00:00Z, not {shown(value)}."
        raise InvalidFieldError(field, message)
    return str(value)


def _is_moment(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


def symbol(data: Json, field: str = "symbol") -> str:
    value = required(data, field)
    # "ß" would be "SS" in upper case.
    upper = value.strip().upper() if isinstance(value, str) and value.isascii() else ""
    if not SYMBOL.fullmatch(upper):
        message = (
            "must be a symbol of 1 to 24 letters, digits and . - = ^ _ (for example AAPL, VOD.L,"
            f" ^GSPC, BTC-USD or EURUSD=X), not {shown(value)}."
        )
        raise InvalidFieldError(field, message)
    return upper


def symbols(data: Json, field: str) -> tuple[str, ...]:
    value = required(data, field)
    if not isinstance(value, list):
        raise InvalidFieldError(field, f"must be a list of tickers, not {shown(value)}.")
    return tuple(symbol({field: one}, field) for one in value)


def days(data: Json, field: str = "days") -> int:
    return whole_number(data, field, least=MIN_DAYS, most=MAX_DAYS)


def model(data: Json, field: str = "model") -> str:
    value = data.get(field, DEFAULT_MODEL)
    if value not in MODELS:
        raise InvalidFieldError(field, f"must be one of {', '.join(MODELS)}, not {shown(value)}.")
    return str(value)


def request_id(data: Json, field: str) -> str:
    value = required(data, field)
    if not isinstance(value, str) or not REQUEST_ID.fullmatch(value):
        message = f"must be a UUID or 8 to 64 letters, digits, '_' or '-', not {shown(value)}."
        raise InvalidFieldError(field, message)
    return value


def options(data: Json, field: str = "options") -> Json:
    value = data.get(field, {})
    if not isinstance(value, dict) or len(json.dumps(value)) > MAX_OPTIONS_CHARACTERS:
        message = (
            f"must be an object of at most {MAX_OPTIONS_CHARACTERS} characters, not {shown(value)}."
        )
        raise InvalidFieldError(field, message)
    return value
