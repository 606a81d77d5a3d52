"""The request ids of a batch's members."""

from __future__ import annotations

import re

from functions.common.messages.fields import BATCH_ID

MEMBER_ID = re.compile(rf"({BATCH_ID.pattern})--\d{{4}}")


def member_id(batch_id: str, number: int) -> str:
    """The request id of member `number`, counted from 0."""
    return f"{batch_id}--{number:04}"


def batch_of(request_id: str) -> str:
    """The batch id in a member's request id. Any other id is returned unchanged."""
    matched = MEMBER_ID.fullmatch(request_id)
    return matched[1] if matched else request_id


def is_member(request_id: str) -> bool:
    """Whether the id has the form of a member's request id."""
    return batch_of(request_id) != request_id
