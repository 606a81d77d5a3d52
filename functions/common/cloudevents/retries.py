"""Trying again in place, where nobody delivers an event again (RETRY_FOR).

A broker delivers an event that was answered 503 again, and so does the queue of OpenFaaS Pro; that
of its Community Edition does not. There a function has to insist itself, within one delivery.
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
        if not self.for_s:
            return attempt()
        from tenacity import Retrying

        return Retrying(**self._policy())(attempt)

    async def awaiting(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """The same for what is awaited."""
        if not self.for_s:
            return await attempt()
        from tenacity import AsyncRetrying

        return await AsyncRetrying(**self._policy())(attempt)

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
    log.warning("tried again in %.1f s: %s", state.upcoming_sleep, _failure(state).detail)


def _failure(state: RetryCallState) -> TemporaryError:
    failure = state.outcome.exception() if state.outcome else None
    return cast("TemporaryError", failure)


ONCE = Retries(0)
