"""`stockcast analyse KIND SYMBOL`, with the kinds of `messages.analyses`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cli import arguments, own_prices
from cli.arguments import BadInputError
from cli.clients import choice
from cli.exit_codes import OK
from cli.printing import output
from cli.printing.analysis_report import print_analysis
from cli.printing.waiting import progress
from functions.common.errors import InvalidMessageError
from functions.common.messages import analyses

PARAMETERS = {
    "start": "the first day, such as 2012-01-03",
    "end": "the last day",
    "columns": f"comma-separated list of {', '.join(analyses.COLUMNS)}",
    "plot_type": f"one of {', '.join(analyses.PLOT_TYPES)} (percent off the mean)",
    "nshares": "number of shares to buy",
    "days": "calendar days after the last price",
    "changepoint_prior": "how much the trend may bend",
    "priors": "comma-separated list of changepoint priors to compare",
    "training_years": "years of prices that Prophet learns from",
    "interest_csv": "a file of search interest over time, as Google Trends exports it",
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the commands of `stockcast`, with a subcommand for each kind."""
    parser = commands.add_parser(
        "analyse", aliases=["analyze"], help="analyze a stock in one of several ways"
    )
    kinds = parser.add_subparsers(required=True, metavar="KIND")
    for kind, parameters in analyses.PARAMETERS.items():
        described = str(parameters.__doc__).rstrip(".")
        of_kind = kinds.add_parser(kind, help=described, description=described)
        arguments.add_symbol(of_kind)
        own_prices.add_options(of_kind)
        for name in analyses.parameter_names(kind):
            _add_parameter(of_kind, kind, name)
        output.add_options(of_kind)
        choice.add_options(of_kind)
        of_kind.set_defaults(run=_analyse, kind=kind)


def _add_parameter(parser: argparse.ArgumentParser, kind: str, name: str) -> None:
    read = _file if name in analyses.UPLOADED else partial(_value, kind, name)
    default = analyses.parameters(kind, {})[0].get(name)
    if isinstance(default, list):
        default = ",".join(f"{one}" for one in default)
    description = PARAMETERS[name] if default is None else f"{PARAMETERS[name]} (default {default})"
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        dest=f"parameter_{name}",
        type=read,
        metavar="FILE" if name in analyses.UPLOADED else name.rpartition("_")[2].upper(),
        help=description,
    )


def _value(kind: str, name: str, text: str) -> Any:
    errors = []
    for value in _meanings(text):
        wrong = analyses.parameters(kind, {name: value})[1]
        if not wrong:
            return value
        errors += wrong
    raise argparse.ArgumentTypeError(errors[0].message)


def _meanings(text: str) -> Iterator[Any]:
    """The JSON values that `text` could mean: a number, a string, or a comma-separated list."""
    number = _number(text)
    if number is not None:
        yield number
    yield text
    yield [part if _number(part) is None else _number(part) for part in arguments.parts(text)]


def _number(text: str) -> float | None:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _file(text: str) -> str:
    try:
        return Path(text).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be read: {error}") from error


def _analyse(given: argparse.Namespace) -> int:
    parameters = {
        name: getattr(given, f"parameter_{name}")
        for name in analyses.parameter_names(given.kind)
        if getattr(given, f"parameter_{name}") is not None
    }
    try:
        analyses.validated(given.kind, parameters)
    except InvalidMessageError as error:
        raise BadInputError(error.detail) from error
    own_prices.require_one(given, given.symbol)
    stockcast = choice.chosen(given)
    symbol = own_prices.one_symbol(stockcast, given)
    with progress(symbol) as on_status:
        asked = {"symbol": symbol, "kind": given.kind, **parameters}
        answer = stockcast.ask("analyses", asked, on_status)
    output.write(stockcast, answer, given, print_analysis)
    return OK
