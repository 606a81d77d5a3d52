"""Who answers a question: a running stack, or this process."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from functions.common.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_STACK = "http://127.0.0.1:8080"
"""Where `make run` has its web, unless told otherwise."""
URL_VARIABLE = "STOCKCAST_URL"


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


class FailedRequestError(RequestError):
    """A request was refused or has ended `failed`; the message is the service's."""


class Service(Protocol):
    """What answers; every method raises TemporaryError where it may help to try again."""

    name: str

    def ask(self, resource: str, asked: Mapping[str, Any], tell: Callable[[str], None]) -> Answer:
        """The answer to `asked`, a submission to `/api/{resource}`.

        `tell` hears each status on the way. Raises RequestError where there is no answer.
        """

    def table(self, answer: Answer) -> bytes:
        """Its result as CSV."""

    def chart(self, answer: Answer) -> bytes:
        """Its result as PNG."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who is to answer."""
    who = parser.add_mutually_exclusive_group()
    add_url(who)
    who.add_argument(
        "--in-process",
        action="store_true",
        help="ask no Stockcast: fetch prices (see PROVIDERS) and compute here; the default where"
        " none runs",
    )


def add_url(to: argparse._ActionsContainer) -> None:
    """Add the option that names a running Stockcast."""
    to.add_argument(
        "--url",
        default=os.environ.get(URL_VARIABLE),
        help=f"the Stockcast to ask; by default the one that {URL_VARIABLE} names, or the one at"
        f" {LOCAL_STACK} if it runs",
    )


def chosen(given: argparse.Namespace, *, patience_s: float | None = None) -> Service:
    """Who is to answer. Raises TemporaryError where a Stockcast that was named does not answer.

    A stack that is down or busy later is waited for as long as `patience_s`.
    """
    if not given.in_process:
        from cli.clients.http_client import PATIENCE_S, Client

        client = Client(given.url or LOCAL_STACK, patience_s=patience_s or PATIENCE_S)
        if given.url:
            client.check()
            return client
        if client.is_there():
            return client
    from cli.clients.in_process import InProcess

    service = InProcess(os.environ)
    if not given.in_process:
        message = f"No Stockcast runs at {LOCAL_STACK}; computing here, with {service.name}.\n"
        sys.stderr.write(message)
    return service
