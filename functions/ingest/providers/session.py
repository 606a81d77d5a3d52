"""HTTP to a provider, with timeouts, retries, a size limit, and no keys in messages."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from functions.common.errors import BadAnswerError, TemporaryError, ThrottledError

ATTEMPTS = 3
CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 15.0
TOTAL_TIMEOUT_S = 45.0
LONGEST_WAIT_S = 5.0
"""For longer waits, the broker delivers the event again after Retry-After."""
MOST_BYTES = 16 * 1024 * 1024
QUOTED_CHARACTERS = 200
RETRY_AFTER_S = 30.0
LONGEST_RETRY_AFTER_S = 31 * 86_400.0
"""A provider's quota restarts after a month at most."""
OK, TOO_MANY, SERVER_ERROR = 200, 429, 500


class Reply(Struct, frozen=True):
    """A provider's answer. `text` is its whole body."""

    status: int
    text: str
    retry_after_s: float | None = None

    @property
    def json(self) -> Any:
        """The JSON value in the body, or None if there is none.

        A proxy or a bot blocker on the way answers with an HTML page.
        """
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


class ProviderSession:
    """Sends HTTP requests to one provider. Threads can share it.

    It calls `spend` before each attempt, which can raise an error (the budget). It repeats attempts
    after connection errors, 429 and 5xx, with full jitter. It calls `count` with the outcome of
    each attempt. `secrets` never appear in an error.
    """

    def __init__(
        self,
        provider: str,
        *,
        spend: Callable[[], None] = lambda: None,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
        read_timeout_s: float = READ_TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.provider = provider
        self._spend = spend
        self._count = count
        self._headers = {"accept": "application/json", **(headers or {})}
        self._secrets = [secret for secret in secrets if secret]
        self._read_timeout_s = read_timeout_s
        self._sleep = sleep
        self._of_thread = threading.local()

    def get(self, url: str, params: Mapping[str, str]) -> Reply:
        """The answer, with any status below 500 except 429.

        Raises ThrottledError on 429 or if the budget is used up, BadAnswerError if the body is too
        large, and TemporaryError if the provider cannot be reached or fails.
        """
        return self.with_retries(lambda: self._once(url, params))

    def with_retries(self, attempt: Callable[[], Reply]) -> Reply:
        """The answer of `attempt`, tried up to ATTEMPTS times. Each try uses the budget."""
        from tenacity import Retrying, retry_if_exception, stop_after_attempt

        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_pause_s,
            retry=retry_if_exception(_is_worth_repeating),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._counted, attempt)

    def parsed(self, reply: Reply, kind: Any = Any) -> Any:
        """The JSON of a reply as a `kind`.

        Raises BadAnswerError, which quotes the reply, if it is invalid or its status is not 200.
        """
        if reply.status != OK:
            raise self.unexpected(reply)
        try:
            return msgspec.json.decode(reply.text, type=kind)
        except (msgspec.MsgspecError, RecursionError):
            # Some providers write NaN, which is not JSON but which Python's library reads.
            try:
                return msgspec.convert(json.loads(reply.text), kind)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise self.unexpected(reply) from error

    def unexpected(self, reply: Reply) -> BadAnswerError:
        """The error for an undocumented answer, which it quotes."""
        message = f"{self.provider} answered {reply.status} with {self.quoted(reply.text)}."
        return BadAnswerError(message, retry_after_s=RETRY_AFTER_S)

    def quoted(self, text: str) -> str:
        """The first 200 characters of `text` on one line, without any key."""
        return repr(self._without_secrets(text)[:QUOTED_CHARACTERS])

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _counted(self, attempt: Callable[[], Reply]) -> Reply:
        try:
            reply = self._within_budget(attempt)
        except TemporaryError as error:
            self._count("throttled" if isinstance(error, ThrottledError) else "failed")
            raise
        self._count("answered")
        return reply

    def _within_budget(self, attempt: Callable[[], Reply]) -> Reply:
        self._spend()
        reply = attempt()
        if reply.status == TOO_MANY:
            wait_s = RETRY_AFTER_S if reply.retry_after_s is None else reply.retry_after_s
            message = f"{self.provider} limits our requests: {self.quoted(reply.text)}."
            raise ThrottledError(message, retry_after_s=wait_s)
        if reply.status >= SERVER_ERROR:
            message = f"{self.provider} answered {reply.status}: {self.quoted(reply.text)}."
            raise TemporaryError(message, retry_after_s=reply.retry_after_s)
        return reply

    def _once(self, url: str, params: Mapping[str, str]) -> Reply:
        from requests import RequestException

        give_up = time.monotonic() + TOTAL_TIMEOUT_S
        try:
            # A redirect would carry the key to another host.
            with self._session().get(
                url,
                params=dict(params),
                headers=self._headers,
                timeout=(CONNECT_TIMEOUT_S, self._read_timeout_s),
                stream=True,
                allow_redirects=False,
            ) as answer:
                body = bytearray()
                for chunk in answer.iter_content(64 * 1024):
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise self.too_large()
                    if time.monotonic() > give_up:
                        raise TemporaryError(f"{self.provider} takes too long to answer.")
                text = body.decode("utf-8", errors="replace")
                return Reply(answer.status_code, text, retry_after(answer.headers))
        except RequestException as error:
            message = f"{self.provider} does not answer: {self._without_secrets(str(error))}"
            raise TemporaryError(message) from None  # the cause may contain the key

    def too_large(self) -> BadAnswerError:
        """The error for an answer that is larger than any price history."""
        message = f"{self.provider} answered more than the limit of {MOST_BYTES // 2**20} MB."
        return BadAnswerError(message, retry_after_s=RETRY_AFTER_S)

    def _session(self) -> Any:
        import requests

        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = requests.Session()
            self._of_thread.session.trust_env = False  # a netrc file would replace our header
        return self._of_thread.session


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, at most a month. None if it is missing or invalid."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        return min(Retry().parse_retry_after(value), LONGEST_RETRY_AFTER_S)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _is_worth_repeating(error: BaseException) -> bool:
    if isinstance(error, BadAnswerError) or not isinstance(error, TemporaryError):
        return False
    return (error.retry_after_s or 0) <= LONGEST_WAIT_S


def _pause_s(state: Any) -> float:
    error = state.outcome.exception()
    jitter_s = random.uniform(0, min(LONGEST_WAIT_S, 0.25 * 2**state.attempt_number))
    return float(max(error.retry_after_s or 0, jitter_s))
