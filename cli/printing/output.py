"""The output options: text, JSON, CSV and PNG."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from cli.arguments import BadInputError
from cli.clients.service import Answer, Service
from cli.printing.console import standard_output

PrintResult = Callable[[Any, Mapping[str, Any], date], None]
"""Prints a result on a console. The last argument is today's date."""


def add_options(parser: argparse.ArgumentParser) -> None:
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help="print the complete API answer")
    printed.add_argument("--csv", action="store_true", help="print the table as CSV")
    parser.add_argument(
        "--png", type=_file_to_write, metavar="FILE", help="also write the chart to FILE"
    )


def _file_to_write(text: str) -> Path:
    path = Path(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"cannot write {text}: there is no folder {path.parent}")
    return path


def write(
    service: Service, answer: Answer, given: argparse.Namespace, print_result: PrintResult
) -> None:
    """Print the answer as the options ask, then write the chart.

    The chart comes last because it can be slow. By then, the user already has the answer.
    """
    if given.json:
        sys.stdout.buffer.write(answer.body + b"\n")
    elif given.csv:
        sys.stdout.buffer.write(service.table(answer))
    else:
        print_result(standard_output(), answer.result, datetime.now(timezone.utc).date())
    sys.stdout.flush()
    if given.png:
        png = service.chart(answer)
        try:
            given.png.write_bytes(png)
        except OSError as error:
            raise BadInputError(f"--png: cannot write {given.png}: {error.strerror}.") from error
        sys.stderr.write(f"The chart is in {given.png}.\n")
