"""Retries within one delivery (RETRY_FOR), for platforms that do not deliver an event again.

A broker delivers an event again if the answer was 503. So does the queue of OpenFaaS Pro, but not
the queue of its Community Edition. There, the function itself must try again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from functions.common.errors import RequestError, TemporaryError

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0

log = logging.getLogger(__name__)


class GivenUpError(RequestError):
    """A temporary failure lasted for longer than RETRY_FOR."""

    status = 503
    title = "Given up"
    slug = "given-up"

    def __init__(self, for_s: float, last: TemporaryError) -> None:
        super().__init__(
            f"Given up after trying for up to {for_s:g} s: {last.detail} Submit it again later."
        )


class Retries:
    """Repeats a call that raises TemporaryError, for up to `for_s` seconds (0: never)."""

    def __init__(self, for_s: float) -> None:
        self.for_s = for_s

    def __call__(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns. Raises its last TemporaryError when the time is up."""
        if not self.for_s:
            return attempt()
        from tenacity import Retrying

        return Retrying(**self._policy())(attempt)

    async def awaiting(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """The same for a coroutine."""
        if not self.for_s:
            return await attempt()
        from tenacity import AsyncRetrying

        async def awaited() -> T:  # tenacity awaits only functions that are declared as async
            return await attempt()

        return await AsyncRetrying(**self._policy())(awaited)

    def _policy(self) -> dict[str, Any]:
        from tenacity import retry_if_exception_type, stop_before_delay

        return {
            "retry": retry_if_exception_type(TemporaryError),
            "wait": _pause_s,
            "stop": stop_before_delay(self.for_s),
            "before_sleep": _log,
            "reraise": True,
        }


def _pause_s(state: RetryCallState) -> float:
    backoff_s: float = min(FIRST_PAUSE_S * 2 ** (state.attempt_number - 1), LONGEST_PAUSE_S)
    return max(backoff_s * random.uniform(0.5, 1), _failure(state).retry_after_s or 0)


def _log(state: RetryCallState) -> None:
    log.warning("trying again in %.1f s: %s", state.upcoming_sleep, _failure(state).detail)


def _failure(state: RetryCallState) -> TemporaryError:
    failure = state.outcome.exception() if state.outcome else None
    return cast("TemporaryError", failure)


ONCE = Retries(0)
