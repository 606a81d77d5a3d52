"""The ids of batches, and those of the requests that are their members."""

from __future__ import annotations

import re

from functions.common.errors import InvalidFieldError
from functions.common.messages.fields import Json, shown

BATCH_ID = re.compile(r"[A-Za-z0-9_-]{8,58}")
MEMBER_ID = re.compile(rf"({BATCH_ID.pattern})--\d{{4}}")


def batch_id(data: Json, field: str) -> str:
    """A batch's id in a JSON object. Raises InvalidFieldError."""
    value = data.get(field)
    if not isinstance(value, str) or not BATCH_ID.fullmatch(value):
        message = f"must be a UUID or 8 to 58 letters, digits, '_' or '-', not {shown(value)}."
        raise InvalidFieldError(field, message)
    return value


def member_id(batch_id: str, number: int) -> str:
    """The request id of member `number`, from 0."""
    return f"{batch_id}--{number:04}"


def batch_of(request_id: str) -> str:
    """The batch that an id of a member's shape belongs to; of another shape, the id itself."""
    matched = MEMBER_ID.fullmatch(request_id)
    return matched[1] if matched else request_id


def is_member(request_id: str) -> bool:
    """Whether the id has a member's shape."""
    return batch_of(request_id) != request_id
