"""What answers a command, and what an answer is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from functions.common.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Answer:
    """A request that is done: `body` is its document, as the API gives it."""

    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    @property
    def result(self) -> dict[str, Any]:
        result: dict[str, Any] = self.document["result"]
        return result


@dataclass(frozen=True)
class Batch:
    """What has become of many symbols: a CSV table, the ranking as JSON, and how many failed."""

    table: bytes
    ranking: bytes
    failed: int


class FailedRequestError(RequestError):
    """A request was refused or has ended `failed`; the message is the service's."""


class Service(Protocol):
    """What answers; every method raises TemporaryError where it may help to try again."""

    name: str

    def ask(self, resource: str, asked: Mapping[str, Any], tell: Callable[[str], None]) -> Answer:
        """The answer to `asked`, a submission to `/api/{resource}`.

        `tell` hears each status on the way. Raises RequestError where there is no answer.
        """

    def batch(self, asked: Mapping[str, Any], heed: Callable[[dict[str, Any]], None]) -> Batch:
        """Forecasts of many symbols, once all have ended; `heed` hears how many have."""

    def upload(self, body: bytes, name: str, column: str) -> dict[str, Any]:
        """What is in a file of prices, and its symbol, as `POST /api/prices` answers it.

        Raises RequestError where it cannot be read.
        """

    def table(self, answer: Answer) -> bytes:
        """Its result as CSV."""

    def chart(self, answer: Answer) -> bytes:
        """Its result as PNG."""
