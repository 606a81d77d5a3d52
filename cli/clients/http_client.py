"""Asks a running Stockcast over HTTP."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from cli.clients.event_stream import events
from cli.clients.service import Answer, Batch, FailedRequestError
from functions.common.errors import ConfigurationError, StockcastError, TemporaryError
from functions.common.prices.uploads import MOST_BYTES

if TYPE_CHECKING:
    from requests import Response

CONNECT_TIMEOUT_S = 3.05
READ_TIMEOUT_S = 60.0
"""A live stream sends a sign of life every 15 s. Drawing a chart can take 20 s."""
PATIENCE_S = 90.0
"""How long the client repeats a request if Stockcast is down or busy."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
STREAM_FAILURES = 3
"""After this many lost streams in a row, the client polls the request instead."""
BACKTEST_PAUSE_S = 0.25
BACKTEST_PATIENCE_S = 300.0
FINAL = {"done", "failed"}
TEMPORARY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


class Client:
    """The `Service` at a base URL. `pause` waits for a number of seconds.

    Raises ConfigurationError if the URL is not an HTTP URL.
    """

    def __init__(
        self, url: str, *, patience_s: float = PATIENCE_S, pause: Callable[[float], None] = sleep
    ) -> None:
        import requests

        if not url.startswith(("http://", "https://")):
            raise ConfigurationError(f"{url!r} does not start with http:// or https://.")
        self.name = url.rstrip("/")
        self._patience_s = patience_s
        self._pause = pause
        self._session = requests.Session()
        # A proxy cannot reach servers on this machine.
        self._session.trust_env = urlsplit(url).hostname not in {"127.0.0.1", "::1", "localhost"}

    def is_there(self) -> bool:
        """Whether a Stockcast answers at the URL now."""
        try:
            return self._is_stockcast(timeout_s=CONNECT_TIMEOUT_S)
        except StockcastError:
            return False

    def check(self) -> None:
        """Check that a Stockcast answers at the URL.

        Raises TemporaryError if nothing answers, ConfigurationError if another program answers.
        """
        if not self._is_stockcast(timeout_s=READ_TIMEOUT_S):
            raise ConfigurationError(f"The server at {self.name} is not Stockcast.")

    def _is_stockcast(self, timeout_s: float) -> bool:
        answer = self._request("GET", "/healthz", timeout_s=timeout_s)
        try:
            return bool(answer.json()["function"] == "web")
        except (ValueError, KeyError, TypeError):
            return False

    def ask(
        self, resource: str, submission: Mapping[str, Any], on_status: Callable[[str], None]
    ) -> Answer:
        links = self._submitted(resource, submission)
        body = self._followed(links, lambda document: on_status(document["status"]))
        document = json.loads(body)
        if document["status"] == "failed":
            raise _failure(document["error"]["status"], document["error"]["detail"])
        return Answer(self._with_backtest(links["self"], body, on_status))

    def table(self, answer: Answer) -> bytes:
        return self._of(answer, "result.csv")

    def chart(self, answer: Answer) -> bytes:
        return self._of(answer, "chart.png")

    def batch(
        self, submission: Mapping[str, Any], on_progress: Callable[[dict[str, Any]], None]
    ) -> Batch:
        # With an id of our own, a batch does not run twice if the first answer is lost.
        links = self._submitted("batches", {"id": str(uuid.uuid4()), **submission})
        counts = json.loads(self._followed(links, on_progress))["counts"]
        table, ranking = (
            self._with_retries("GET", links[name]).content for name in ("results", "ranking")
        )
        return Batch(table, ranking, counts["failed"])

    def upload(self, body: bytes, name: str, column: str) -> dict[str, Any]:
        if len(body) > MOST_BYTES:
            message = f"{self.name} accepts files of up to 5 MB. Use --in-process for a larger one."
            raise FailedRequestError(message)
        query = urlencode({"name": name, "column": column})
        answer = self._with_retries("POST", f"/api/prices?{query}", body)
        read: dict[str, Any] = answer.json()
        return read

    def _submitted(self, resource: str, submission: Mapping[str, Any]) -> dict[str, str]:
        links: dict[str, str] = self._with_retries("POST", f"/api/{resource}", submission).json()[
            "links"
        ]
        return links

    def _of(self, answer: Answer, name: str) -> bytes:
        # The path works for analyses too: the same handlers serve both.
        path = f"/api/forecasts/{answer.document['id']}/{name}"
        return self._with_retries("GET", path).content

    def _followed(
        self, links: Mapping[str, str], on_progress: Callable[[dict[str, Any]], None]
    ) -> bytes:
        """The final document. Calls `on_progress` with each document before it, too.

        Raises TemporaryError if Stockcast does not answer for too long. The message names the URL
        where the request continues.
        """
        try:
            for body in self._documents(links["self"], links["events"]):
                document = json.loads(body)
                on_progress(document)
                if document["status"] in FINAL:
                    break
        except TemporaryError as error:
            message = f"{error.detail} The request continues: {self.name}{links['self']}"
            raise TemporaryError(message, retry_after_s=error.retry_after_s) from error
        return body

    def _documents(self, path: str, stream: str) -> Iterator[bytes]:
        """The documents of the live stream, or polled documents if the stream is lost."""
        failures = 0
        while True:
            if failures < STREAM_FAILURES:
                try:
                    for body in self._stream(stream):
                        yield body
                        failures = 0
                except StockcastError:
                    pass  # the request below reports the error, if there still is one
                failures += 1
            yield self._with_retries("GET", path).content
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
                if event.name in {"status", "progress"}:
                    yield event.data.encode()

    def _with_backtest(self, path: str, body: bytes, on_status: Callable[[str], None]) -> bytes:
        """The document with its backtest, or without it if the backtest takes too long."""
        give_up = monotonic() + BACKTEST_PATIENCE_S
        while _lacks_backtest(body) and monotonic() < give_up:
            on_status("backtesting")
            self._pause(BACKTEST_PAUSE_S)
            body = self._with_retries("GET", path).content
        return body

    def _with_retries(self, method: str, path: str, body: Any = None) -> Response:
        """Repeat a request while Stockcast is down or busy, with the pauses that Retry-After sets.

        It is safe to repeat a submission: equal requests share one computation, and a batch has
        an id.
        """
        give_up = monotonic() + self._patience_s
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return self._request(method, path, body)
            except TemporaryError as error:
                wait_s = error.retry_after_s or random.uniform(0.5, 1.0) * pause_s
                if monotonic() + wait_s > give_up:
                    raise
            self._pause(wait_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _request(
        self, method: str, path: str, body: Any = None, timeout_s: float = READ_TIMEOUT_S
    ) -> Response:
        with self._failures_named():
            answer = self._session.request(
                method, self.name + path, **_sent(body), timeout=(CONNECT_TIMEOUT_S, timeout_s)
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


def _sent(body: Any) -> dict[str, Any]:
    """The request body: a file unchanged, everything else as JSON."""
    if isinstance(body, bytes):
        return {"data": body, "headers": {"content-type": "text/csv"}}
    return {"json": body}


def _refuse_failures(answer: Response, url: str) -> None:
    """Raise an error with the problem detail (RFC 9457) if the answer is not a success."""
    if answer.ok:
        return
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"{url} answered {answer.status_code} {answer.reason}."
    from functions.ingest.providers.session import retry_after

    raise _failure(answer.status_code, detail, retry_after(answer.headers))


def _failure(status: int, detail: str, retry_after_s: float | None = None) -> StockcastError:
    if status in TEMPORARY:
        return TemporaryError(detail, retry_after_s=retry_after_s)
    return FailedRequestError(detail)


def _reason(error: Exception) -> str:
    """The root cause, without the messages that the HTTP library wraps around it."""
    text = str(error)
    for cause in ("Connection refused", "timed out", "Name or service not known", "reset by peer"):
        if cause in text:
            return cause.lower()
    return text.rstrip(".")


def _lacks_backtest(body: bytes) -> bool:
    result = json.loads(body)["result"]
    return bool(result.get("backtest", {}).get("status") == "pending")
