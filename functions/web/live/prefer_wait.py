"""Waits for the end of a request if its caller prefers that (RFC 7240, `Prefer: wait=30`)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import Request
from werkzeug.http import parse_dict_header

from functions.common.errors import TemporaryError
from functions.common.requests.record import RequestRecord, Status
from functions.web.live.progress import Changes, Watch
from functions.web.stores.requests import WebStore

LONGEST_WAIT_S = 50
"""Gateways give up on an answer after a minute."""


def seconds(request: Request) -> int:
    """For how long the caller prefers to wait, at most LONGEST_WAIT_S. 0 if it does not."""
    if "prefer" not in request.headers:
        return 0
    wait = parse_dict_header(request.headers["prefer"]).get("wait") or ""
    return min(int(wait), LONGEST_WAIT_S) if wait.isascii() and wait.isdigit() else 0


async def ended(
    watch: Watch,
    changes: Changes,
    store: WebStore,
    request_id: str,
    wait_s: float,
    status: Status,
) -> tuple[RequestRecord, bytes | None] | None:
    """A request with this `status`, and its result, once it has ended.

    `watch` must be older than the request. None if it takes longer than `wait_s`, if Redis does not
    answer, or if web stops, because the request is accepted anyway.
    """
    loop = asyncio.get_running_loop()
    give_up, may_have_ended = loop.time() + wait_s, status.is_final
    with suppress(TemporaryError):
        while True:
            if may_have_ended:
                record, result = await store.read_with_result(request_id)
                if record and record.status.is_final:
                    return record, result
            left_s = give_up - loop.time()
            if left_s <= 0 or changes.are_ending:
                return None
            heard, has_missed = await watch.next(left_s)
            may_have_ended = has_missed or not heard or heard[-1].status.is_final
    return None
