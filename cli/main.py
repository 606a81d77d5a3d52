"""Where could this stock be in some days, and how sure can you be?"""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from cli.arguments import BadInputError
from cli.commands import (
    analyse,
    backtest,
    batch,
    bucket,
    completion,
    forecast,
    rank,
    sign,
    up,
    watch,
)
from cli.exit_codes import EXPLAINED, FAILED, INTERRUPTED, OK, UNAVAILABLE, USAGE
from functions.common.errors import ConfigurationError, StockcastError, TemporaryError

EXAMPLES = """\
examples:
  stockcast up                          start everything on this machine
  stockcast forecast AAPL --days 45     forecast one stock
  stockcast COMMAND --help              list the options of a command
"""
COMMANDS = (up, forecast, watch, analyse, batch, backtest, rank, bucket, sign, completion)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    completion.answer_the_shell(parser)
    words = sys.argv[1:] if arguments is None else list(arguments)
    if not words:
        parser.print_help()
        return OK
    given, surplus = parser.parse_known_args(words)
    if surplus:
        parser.error(_about_surplus(given, surplus))
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe. Without this, Python prints an error when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except StockcastError as error:
        sys.stderr.write(f"stockcast: {error.detail}\n")
        return _exit_code(error)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stockcast",
        description=__doc__,
        epilog=f"{EXAMPLES}\n{EXPLAINED}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return parser


class _Version(argparse.Action):
    """Reads the version only if someone asks for it, because the import is slow."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        sys.stdout.write(f"stockcast {version('stockcast')}\n")
        parser.exit(OK)


def _about_surplus(given: argparse.Namespace, surplus: Sequence[str]) -> str:
    """The error message for words that no option takes."""
    message = f"unrecognized arguments: {' '.join(surplus)}"
    if hasattr(given, "days") and surplus[0].isdecimal():
        message += f". Did you mean --days {surplus[0]}?"
    return message


def _exit_code(error: StockcastError) -> int:
    if isinstance(error, TemporaryError):
        return UNAVAILABLE
    return USAGE if isinstance(error, (BadInputError, ConfigurationError)) else FAILED


if __name__ == "__main__":
    sys.exit(main())
