"""The options of what is printed and written: text for people, or JSON, CSV and PNG."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cli.arguments import BadInputError
from cli.clients.service import Answer, Service


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--json`, `--csv` and `--png`."""
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help="print the whole answer of the API")
    printed.add_argument("--csv", action="store_true", help="print the table")
    parser.add_argument(
        "--png", type=Path, metavar="FILE", help="write the chart there as well, as a PNG"
    )


def write(service: Service, answer: Answer, given: argparse.Namespace) -> bool:
    """Write what the options ask for; whether something else than the text is printed."""
    if given.png:
        png = service.chart(answer)
        try:
            given.png.write_bytes(png)
        except OSError as error:
            message = f"--png: {given.png} cannot be written: {error.strerror}."
            raise BadInputError(message) from error
        sys.stderr.write(f"The chart is in {given.png}.\n")
    if given.json:
        sys.stdout.buffer.write(answer.body + b"\n")
    elif given.csv:
        sys.stdout.buffer.write(service.table(answer))
    return bool(given.json or given.csv)
