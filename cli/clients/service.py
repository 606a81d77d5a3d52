"""The interface of the services that answer commands, and the types of their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from functions.common.errors import RequestError


@dataclass(frozen=True)
class Answer:
    """A finished request. `body` is its JSON document, exactly as the API returns it."""

    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])

    @property
    def result(self) -> dict[str, Any]:
        return dict(self.document["result"])


@dataclass(frozen=True)
class Batch:
    """The results of a batch: a CSV table, the ranking as JSON, and the number of failures."""

    table: bytes
    ranking: bytes
    failed: int


class FailedRequestError(RequestError):
    """The service refused the request, or the request ended `failed`. It has the service's text."""


class Service(Protocol):
    """A service that answers commands. Methods raise TemporaryError if trying again may help."""

    name: str

    def ask(
        self, resource: str, submission: Mapping[str, Any], on_status: Callable[[str], None]
    ) -> Answer:
        """The answer to `submission`, a submission to `/api/{resource}`.

        Calls `on_status` with each new status. Raises RequestError if the request fails.
        """

    def batch(
        self, submission: Mapping[str, Any], on_progress: Callable[[dict[str, Any]], None]
    ) -> Batch:
        """Forecast many symbols and wait for all of them. Calls `on_progress` with the document."""

    def upload(self, body: bytes, name: str, column: str) -> dict[str, Any]:
        """Upload a price file. Returns its content and symbol, as `POST /api/prices` does.

        Raises RequestError if the file cannot be read.
        """

    def table(self, answer: Answer) -> bytes:
        """The result of `answer` as CSV."""

    def chart(self, answer: Answer) -> bytes:
        """The chart of `answer` as PNG."""
