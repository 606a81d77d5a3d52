"""The ids of the requests that are the members of a batch."""

from __future__ import annotations

import re

from functions.common.messages.fields import BATCH_ID

MEMBER_ID = re.compile(rf"({BATCH_ID.pattern})--\d{{4}}")


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
