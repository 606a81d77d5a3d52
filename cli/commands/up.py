"""`stockcast up`: runs all of Stockcast on this machine until you press Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

from cli.arguments import names, port
from cli.exit_codes import FAILED, OK
from functions.common.config import Environment, providers
from functions.common.data_sources import BY_NAME
from functions.common.errors import ConfigurationError, StockcastError
from local import yahoo
from local.data_lock import DataInUseError, data_lock
from local.process import StartError
from local.reload import watch
from local.servers import HOST
from local.stack import PORTS, Options, Stack, at_base_port, prepare_bucket, programs


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("up", help="run everything on this machine")
    parser.set_defaults(run=_up)
    add = parser.add_argument
    for name in PORTS:
        default = getattr(Options, f"{name}_port")
        add(f"--{name}-port", type=port, metavar="PORT", help=f"port of {name} (default {default})")
    add("--base-port", type=port, metavar="PORT", help="use this port and the ones after it")
    add("--reload", action="store_true", help="restart a function when its code changes")
    add(
        "--providers",
        type=partial(names, known=BY_NAME, what="data sources"),
        metavar="NAMES",
        help="price sources, such as yahoo or tiingo,sample (default: PROVIDERS)",
    )
    add("--data", type=Path, default=Path(".stockcast"), help="folder for data and logs")


def _up(given: argparse.Namespace) -> int:
    sys.stderr.write("Starting Stockcast ...\n")
    if given.providers:
        os.environ["PROVIDERS"] = ",".join(given.providers)
    if not _has_sources():
        return FAILED
    options = _options(given)
    url = f"http://{HOST}:{options.web_port}"
    try:
        with data_lock(options.home, url):
            return _run(options, reload=given.reload)
    except DataInUseError as error:
        return _already_running(error.url, url, options.home)


def _has_sources() -> bool:
    """Install what the price sources need, and print their terms. Returns False if that fails."""
    try:
        named = providers(Environment(os.environ))
    except ConfigurationError as error:
        sys.stderr.write(f"stockcast: {error.detail}\n")
        return False
    if "yahoo" in named and not yahoo.is_installed():
        sys.stderr.write("Installing yfinance, which fetches Yahoo's prices ...\n")
        try:
            yahoo.install()
        except yahoo.InstallError as error:
            sys.stderr.write(f"stockcast: yfinance cannot be installed: {error}\n")
            return False
    for source in (BY_NAME[name] for name in named if name != "sample"):
        sys.stderr.write(f"Prices from {source.title}. {source.terms}\n")
    return True


def _already_running(running: str, wanted: str, home: Path) -> int:
    if running == wanted:
        sys.stdout.write(f"Stockcast is already running at {running}\n")
        return OK
    sys.stderr.write(
        f"Stockcast is already running at {running} with the data in {home}."
        " For a second one, choose another folder: --data FOLDER\n"
    )
    return FAILED


def _run(options: Options, *, reload: bool) -> int:
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    stack = Stack(programs(options), options.home / "logs")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        stack.start(lambda name: console.print(f"  {name}"))
    except StartError as error:
        console.print(f"[red]Stockcast cannot start.[/red] {error}")
        return FAILED
    try:
        try:
            prepare_bucket(options, lambda line: console.print(f"  {line}"))
        except StockcastError as error:
            console.print(f"[red]Stockcast cannot start.[/red] {error.detail}")
            return FAILED
        stack.watch(lambda message: console.print(f"[yellow]{message}[/yellow]"))
        _welcome(options)
        if reload:
            watch(stack, console.print, ended)
        ended.wait()
        console.print("Stopping Stockcast. Requests in progress continue at the next start.")
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
    return replace(options, **{name: port for name, port in chosen.items() if port is not None})


def _welcome(options: Options) -> None:
    web, broker = f"http://{HOST}:{options.web_port}", f"http://{HOST}:{options.broker_port}"
    lines = [
        "",
        f"  Stockcast is ready: {web}",
        "",
        "  Or use the command:",
        f"    {sys.argv[0]} forecast AAPL --days 45 --url {web}",
        "",
        "  Or use curl:",
        f"    curl -fsS {web}/api/forecasts -H 'content-type: application/json' \\",
        """      -d '{"symbol": "AAPL", "days": 45, "id": "my-request-1"}'""",
        f"    curl -fsSN {web}/api/forecasts/my-request-1/events",
        "",
        "  Or send a CloudEvent to the broker, then read the result:",
        f"    curl -fsS {broker}/ -H 'content-type: application/json' \\",
        "      -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /curl' \\",
        "      -H 'ce-type: dev.stockcast.forecast.requested.v1' \\",
        """      -d '{"request_id": "my-request-2", "symbol": "MSFT", "days": 30}' \\""",
        "      -w 'The broker answered %{http_code}.\\n'",
        f"    curl -fsS --retry 5 --retry-all-errors {web}/api/forecasts/my-request-2",
        "",
        f"  Data and logs are in {options.home.resolve()}. Press Ctrl-C to stop.",
        "",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
