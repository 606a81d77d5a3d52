"""Where is a stock's price going, and how much can one trust that?"""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

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
from cli.exit_codes import EXPLAINED, FAILED, INTERRUPTED, UNAVAILABLE, USAGE
from functions.common.errors import ConfigurationError, StockcastError, TemporaryError

COMMANDS = (up, forecast, watch, analyse, batch, backtest, rank, bucket, sign, completion)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code."""
    parser = _parser()
    completion.answer_the_shell(parser)
    given = parser.parse_args(arguments)
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python is not to complain about it at exit.
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
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return parser


def _exit_code(error: StockcastError) -> int:
    if isinstance(error, TemporaryError):
        return UNAVAILABLE
    return USAGE if isinstance(error, (BadInputError, ConfigurationError)) else FAILED


if __name__ == "__main__":
    sys.exit(main())
