"""Trying again in place, where nobody delivers an event again (RETRY_FOR).

A broker delivers an event that was answered 503 again, and so does the queue of OpenFaaS Pro; that
of its Community Edition does not. There a function has to insist itself, within one delivery.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from functions.common.errors import RequestError, TemporaryError

T = TypeVar("T")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0

log = logging.getLogger(__name__)


class GivenUpError(RequestError):
    """What is temporary has lasted for longer than RETRY_FOR."""

    status = 503
    title = "Given up"
    slug = "given-up"

    def __init__(self, for_s: float, last: TemporaryError) -> None:
        super().__init__(
            f"Given up after trying for up to {for_s:g} s: {last.detail} Submit it again later."
        )


class Retries:
    """Repeats what raises TemporaryErrors, for up to `for_s` seconds; not at all for 0."""

    def __init__(self, for_s: float) -> None:
        self.for_s = for_s

    def __call__(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns. Its last TemporaryError where it is not to be tried again."""
        started, number = time.monotonic(), 0
        while True:
            try:
                return attempt()
            except TemporaryError as error:
                wait_s = self._pause_s(number, error, time.monotonic() - started)
                if wait_s is None:
                    raise
            number += 1
            time.sleep(wait_s)

    async def awaiting(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """The same for what is awaited."""
        started, number = time.monotonic(), 0
        while True:
            try:
                return await attempt()
            except TemporaryError as error:
                wait_s = self._pause_s(number, error, time.monotonic() - started)
                if wait_s is None:
                    raise
            number += 1
            await asyncio.sleep(wait_s)

    def _pause_s(self, number: int, error: TemporaryError, spent_s: float) -> float | None:
        """How long to wait after failure `number`; None where there is no time for it."""
        backoff_s: float = min(FIRST_PAUSE_S * 2**number, LONGEST_PAUSE_S)
        wait_s = max(backoff_s * random.uniform(0.5, 1), error.retry_after_s or 0)
        if spent_s + wait_s > self.for_s:
            return None
        log.warning("tried again in %.1f s: %s", wait_s, error.detail)
        return wait_s


ONCE = Retries(0)
