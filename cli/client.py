"""Asks a running Stockcast over HTTP."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cli.event_stream import events
from cli.service import Answer, FailedRequestError
from functions.common.errors import (
    ConfigurationError,
    StockcastError,
    TemporaryError,
    ThrottledError,
)

if TYPE_CHECKING:
    from requests import Response

CONNECT_TIMEOUT_S = 3.05
READ_TIMEOUT_S = 60.0
"""A stream says that it is still there every 15 s; a chart may take 20 s to be drawn."""
PATIENCE_S = 90.0
"""For this long a request is repeated that finds Stockcast down or busy."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
STREAM_FAILURES = 3
"""So many lost streams in a row, and the request is only looked at from time to time."""
BACKTEST_PAUSE_S = 0.25
BACKTEST_PATIENCE_S = 60.0
TEMPORARY = {
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


class Client:
    """A Stockcast at a base URL. `pause` waits for so many seconds."""

    def __init__(
        self,
        url: str,
        *,
        patience_s: float = PATIENCE_S,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        import requests

        if not url.startswith(("http://", "https://")):
            raise ConfigurationError(f"{url!r} is no URL with http:// or https://.")
        self.name = url.rstrip("/")
        self._patience_s = patience_s
        self._pause = pause
        self._session = requests.Session()
        # A proxy knows nothing of what runs on this machine.
        self._session.trust_env = urlsplit(url).hostname not in {"127.0.0.1", "::1", "localhost"}

    def is_there(self) -> bool:
        """Whether a Stockcast, and nothing else, answers at the URL now."""
        try:
            with self._failures_named():
                answer = self._session.get(f"{self.name}/healthz", timeout=CONNECT_TIMEOUT_S)
                return answer.ok and answer.json().get("function") == "web"
        except (TemporaryError, ValueError, AttributeError):
            return False

    def check(self) -> None:
        """Raise TemporaryError where nothing answers at the URL."""
        self._once("GET", "/healthz")

    def ask(self, resource: str, asked: Mapping[str, Any], tell: Callable[[str], None]) -> Answer:
        """See `Service.ask`."""
        accepted = self._insistently("POST", f"/api/{resource}", asked).json()
        links = accepted["links"]
        try:
            body = self._followed(links["self"], links["events"], tell)
        except TemporaryError as error:
            message = f"{error.detail} The request goes on: {self.name}{links['self']}"
            raise TemporaryError(message, retry_after_s=error.retry_after_s) from error
        document = json.loads(body)
        if document["status"] == "failed":
            raise FailedRequestError(document["error"]["detail"])
        return Answer(self._with_backtest(links["self"], body, tell))

    def table(self, answer: Answer) -> bytes:
        """See `Service.table`."""
        return self._of(answer, "result.csv")

    def chart(self, answer: Answer) -> bytes:
        """See `Service.chart`."""
        return self._of(answer, "chart.png")

    def _of(self, answer: Answer, name: str) -> bytes:
        # One id space: forecasts and analyses are served by the same handlers.
        path = f"/api/forecasts/{answer.document['id']}/{name}"
        return self._insistently("GET", path).content

    def _followed(self, path: str, stream: str, tell: Callable[[str], None]) -> bytes:
        """The final document: from the live stream, or looked for where that is lost."""
        failures, told = 0, ""
        while True:
            if failures < STREAM_FAILURES:
                try:
                    for body in self._stream(stream):
                        told = _told(body, told, tell)
                        if _is_final(body):
                            return body
                        failures = 0
                except StockcastError:
                    pass  # whatever is the matter with it, the request itself will say
                failures += 1
            body = self._insistently("GET", path).content
            told = _told(body, told, tell)
            if _is_final(body):
                return body
            self._pause(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**failures))

    def _stream(self, path: str) -> Iterator[bytes]:
        with (
            self._failures_named(),
            self._session.get(
                self.name + path,
                stream=True,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                headers={"accept": "text/event-stream"},
            ) as answer,
        ):
            _refuse_failures(answer, self.name)
            answer.encoding = "utf-8"
            for event in events(answer.iter_lines(decode_unicode=True)):
                if event.name == "status":
                    yield event.data.encode()

    def _with_backtest(self, path: str, body: bytes, tell: Callable[[str], None]) -> bytes:
        """The document once its backtest is there; as it is where that takes too long."""
        give_up = monotonic() + BACKTEST_PATIENCE_S
        while _lacks_backtest(body) and monotonic() < give_up:
            tell("backtesting")
            self._pause(BACKTEST_PAUSE_S)
            body = self._insistently("GET", path).content
        return body

    def _insistently(self, method: str, path: str, body: Any = None) -> Response:
        """The answer, asked for again while Stockcast is down or busy, as Retry-After says.

        To repeat a submission does no harm: equal requests share one computation.
        """
        give_up = monotonic() + self._patience_s
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return self._once(method, path, body)
            except TemporaryError as error:
                wait_s = error.retry_after_s or random.uniform(0.5, 1.0) * pause_s
                if monotonic() + wait_s > give_up:
                    raise
            self._pause(wait_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _once(self, method: str, path: str, body: Any = None) -> Response:
        with self._failures_named():
            answer = self._session.request(
                method,
                self.name + path,
                json=body,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            )
        _refuse_failures(answer, self.name)
        return answer

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        import requests

        try:
            yield
        except requests.RequestException as error:
            message = f"Stockcast at {self.name} does not answer: {_reason(error)}."
            raise TemporaryError(message) from error


def _refuse_failures(answer: Response, url: str) -> None:
    """Raise what an answer that is no success says, as RFC 9457 has it."""
    if answer.ok:
        return
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"{url} answered {answer.status_code} {answer.reason}, which is no Stockcast's."
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise ThrottledError(detail, retry_after_s=_retry_after(answer))
    if answer.status_code in TEMPORARY:
        raise TemporaryError(detail, retry_after_s=_retry_after(answer))
    raise FailedRequestError(detail)


def _retry_after(answer: Response) -> float | None:
    from functions.ingest.providers.session import retry_after

    return retry_after(answer.headers)


def _reason(error: Exception) -> str:
    """What went wrong at the bottom, without the layers of the library above it."""
    seen = str(error)
    for told in ("Connection refused", "timed out", "Name or service not known", "reset by peer"):
        if told in seen:
            return told.lower()
    return seen.rstrip(".")


def _told(body: bytes, told: str, tell: Callable[[str], None]) -> str:
    status: str = json.loads(body)["status"]
    if status != told:
        tell(status)
    return status


def _is_final(body: bytes) -> bool:
    return json.loads(body)["status"] in {"done", "failed"}


def _lacks_backtest(body: bytes) -> bool:
    result = json.loads(body)["result"]
    return bool(result.get("backtest", {}).get("status") == "pending")
