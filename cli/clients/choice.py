"""Chooses what answers a command: a running Stockcast or this process."""

from __future__ import annotations

import argparse
import os
import sys

from cli.clients.service import Service

LOCAL_STACK = "http://127.0.0.1:8080"
"""The default URL of `make run`."""
URL_VARIABLE = "STOCKCAST_URL"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose what answers the command."""
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--url",
        default=os.environ.get(URL_VARIABLE),
        help=f"the URL of a running Stockcast (default: {URL_VARIABLE}, or {LOCAL_STACK} if a"
        " Stockcast runs there)",
    )
    who.add_argument(
        "--in-process",
        action="store_true",
        help="fetch prices (see PROVIDERS) and compute in this process; the default if no"
        " Stockcast runs",
    )


def chosen(given: argparse.Namespace, *, patience_s: float | None = None) -> Service:
    """The service that answers the command.

    The client waits up to `patience_s` for a Stockcast that is down or busy.
    Raises TemporaryError if the Stockcast at the given URL does not answer.
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
        message = f"No Stockcast runs at {LOCAL_STACK}. Computing here, with {service.name}.\n"
        sys.stderr.write(message)
    return service
