"""`stockcast up`: all of Stockcast on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from cli.arguments import port
from cli.exit_codes import FAILED, OK
from local.process import StartError
from local.servers import HOST
from local.stack import Options, Stack, at_base_port, programs

if TYPE_CHECKING:
    from argparse import _SubParsersAction

PORTS = ("web", "broker", "ingest", "forecast", "redis", "s3")


def add_to(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `stockcast`."""
    up = commands.add_parser("up", help="run everything on this machine")
    _add_options(up)
    up.set_defaults(run=_up)


def _add_options(parser: argparse.ArgumentParser) -> None:
    for name in PORTS:
        default = getattr(Options, f"{name}_port")
        parser.add_argument(
            f"--{name}-port", type=port, metavar="PORT", help=f"of {name} (default {default})"
        )
    parser.add_argument(
        "--base-port", type=port, metavar="PORT", help="take all ports from this one on"
    )
    parser.add_argument(
        "--data", type=Path, default=Path(".stockcast"), help="folder of data and logs"
    )


def _up(given: argparse.Namespace) -> int:
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    options = _options(given)
    stack = Stack(programs(options), options.home / "logs")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with console.status("Starting ...") as status:
            stack.start(lambda name: status.update(f"Starting {name} ..."))
    except StartError as error:
        console.print(f"[red]Stockcast cannot start.[/red] {error}")
        return FAILED
    try:
        stack.watch(lambda message: console.print(f"[yellow]{message}[/yellow]"))
        _welcome(options)
        ended.wait()
        console.print("Ending ...")
    finally:
        stack.stop()
    return OK


def _options(given: argparse.Namespace) -> Options:
    options = Options(
        home=given.data,
        redis_url=os.environ.get("REDIS_URL") or None,
        s3_endpoint_url=os.environ.get("S3_ENDPOINT_URL") or None,
    )
    if given.base_port:
        options = at_base_port(options, given.base_port)
    chosen = {f"{name}_port": getattr(given, f"{name}_port") for name in PORTS}
    return Options(
        **{**vars(options), **{name: port for name, port in chosen.items() if port is not None}}
    )


def _welcome(options: Options) -> None:
    web, broker = f"http://{HOST}:{options.web_port}", f"http://{HOST}:{options.broker_port}"
    lines = [
        "",
        f"  Stockcast is ready: {web}",
        "",
        "  Or ask with curl:",
        f"    curl -s {web}/api/forecasts -H 'content-type: application/json' \\",
        """      -d '{"symbol": "AAPL", "days": 45, "id": "my-request-1"}'""",
        f"    curl -s {web}/api/forecasts/my-request-1",
        f"  or with the command: {sys.argv[0]} forecast AAPL --url {web}",
        "  or with one CloudEvent to the broker:",
        f"    curl -s {broker}/ -H 'content-type: application/json' \\",
        "      -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /curl' \\",
        "      -H 'ce-type: dev.stockcast.forecast.requested.v1' \\",
        """      -d '{"request_id": "my-request-2", "symbol": "MSFT", "days": 30}'""",
        "",
        f"  Logs and data are in {options.home.resolve()}. Ctrl-C ends it all.",
        "",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
