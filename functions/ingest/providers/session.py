"""HTTP to a provider: time-outs, bounded retries, a limit of size, and no key in any message."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from functions.common.errors import BadAnswerError, TemporaryError, ThrottledError

ATTEMPTS = 3
CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 15.0
TOTAL_TIMEOUT_S = 45.0
LONGEST_WAIT_S = 5.0
"""Longer waits are the broker's business: it delivers the event again after Retry-After."""
MOST_BYTES = 16 * 1024 * 1024
QUOTED_CHARACTERS = 200
RETRY_AFTER_S = 30.0
LONGEST_RETRY_AFTER_S = 31 * 86_400.0
"""A provider's quota is given anew after a month at most."""
OK, TOO_MANY, SERVER_ERROR = 200, 429, 500


@dataclass(frozen=True)
class Reply:
    """A provider's answer; `text` is its whole body."""

    status: int
    text: str
    retry_after_s: float | None = None

    def says(self, field: str) -> bool:
        """Whether the provider itself answers, with a JSON object that has `field`.

        A proxy or a wall against robots in between answers with a page.
        """
        try:
            document = json.loads(self.text)
        except (ValueError, RecursionError):
            return False
        return isinstance(document, dict) and field in document


class ProviderSession:
    """Asks one provider over HTTP; safe to share between threads.

    `spend` is called before each attempt and may raise (the budget). `secrets` never appear in
    an error. Attempts are repeated after connection errors, 429 and 5xx, with full jitter.
    `count` is told what came of each.
    """

    def __init__(
        self,
        provider: str,
        *,
        spend: Callable[[], None],
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
        """The answer, whatever its status below 500 but 429.

        Raises ThrottledError on 429 or without budget, BadAnswerError where the body is too
        large, TemporaryError where the provider cannot be reached or has failed.
        """
        return self.insistently(lambda: self._once(url, params))

    def insistently(self, attempt: Callable[[], Reply]) -> Reply:
        """What `attempt` answers, tried up to ATTEMPTS times; each is paid from the budget."""
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
        """The JSON of a reply with status 200 as a `kind`; else BadAnswerError, which quotes it."""
        if reply.status != OK:
            raise self.unexpected(reply)
        try:
            return msgspec.json.decode(reply.text, type=kind)
        except (msgspec.MsgspecError, RecursionError):
            # Some write NaN, which is no JSON, though Python's own library reads it.
            try:
                return msgspec.convert(json.loads(reply.text), kind)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise self.unexpected(reply) from error

    def unexpected(self, reply: Reply) -> BadAnswerError:
        """The error that quotes what was answered instead of anything documented."""
        message = f"{self.provider} answered {reply.status} with {self.quoted(reply.text)}."
        return BadAnswerError(message, retry_after_s=RETRY_AFTER_S)

    def quoted(self, text: str) -> str:
        """The first 200 characters of `text` on one line, without any key."""
        return repr(self._discreet(text)[:QUOTED_CHARACTERS])

    def _discreet(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _counted(self, attempt: Callable[[], Reply]) -> Reply:
        try:
            reply = self._paid(attempt)
        except ThrottledError:
            self._count("throttled")
            raise
        except TemporaryError:
            self._count("failed")
            raise
        self._count("answered")
        return reply

    def _paid(self, attempt: Callable[[], Reply]) -> Reply:
        self._spend()
        reply = attempt()
        if reply.status == TOO_MANY:
            wait_s = RETRY_AFTER_S if reply.retry_after_s is None else reply.retry_after_s
            message = f"{self.provider} asks to wait: {self.quoted(reply.text)}."
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
            message = f"{self.provider} does not answer: {self._discreet(str(error))}"
            raise TemporaryError(message) from None  # the cause may name the key

    def too_large(self) -> BadAnswerError:
        """The error of an answer that is larger than any history."""
        message = f"{self.provider} answered more than {MOST_BYTES // 2**20} MB, which is refused."
        return BadAnswerError(message, retry_after_s=RETRY_AFTER_S)

    def _session(self) -> Any:
        import requests

        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = requests.Session()
            self._of_thread.session.trust_env = False  # no netrc that replaces our header
        return self._of_thread.session


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, a month at most; None where there is none that can be read."""
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
