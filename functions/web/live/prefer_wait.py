"""Waits for the end of a request if its caller prefers that (RFC 7240, `Prefer: wait=30`)."""

from __future__ import annotations

import anyio
from starlette.requests import Request
from werkzeug.http import parse_dict_header

from functions.common.requests.record import RequestRecord
from functions.web.live.progress import Changes, Found, Reading, Watch, followed

LONGEST_WAIT_S = 50
"""Gateways give up on an answer after a minute."""


def seconds(request: Request) -> int:
    """For how long the caller prefers to wait, at most LONGEST_WAIT_S. 0 if it does not."""
    if "prefer" not in request.headers:
        return 0
    wait = parse_dict_header(request.headers["prefer"]).get("wait") or ""
    return min(int(wait), LONGEST_WAIT_S) if wait.isascii() and wait.isdigit() else 0


async def ended(
    changes: Changes, watch: Watch, found: Found, reading: Reading, wait_s: float
) -> tuple[RequestRecord, bytes | None] | None:
    """The request and its result if it ends within `wait_s`. See `progress.followed`."""
    with anyio.move_on_after(wait_s):
        async for record, result in followed(changes, watch, found, reading):
            if record.status.is_final:
                return record, result
    return None
