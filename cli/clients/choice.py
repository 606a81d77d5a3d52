"""Chooses who answers a command: a running Stockcast, or this process."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.clients.service import Service

LOCAL_STACK = "http://127.0.0.1:8080"
"""Where `make run` has its web, unless told otherwise."""
URL_VARIABLE = "STOCKCAST_URL"


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
