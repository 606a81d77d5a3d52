"""`stockcast batch`: forecasts many symbols and ranks them by their chance of rising."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cli import arguments, own_prices
from cli.arguments import BadInputError
from cli.clients import choice
from cli.commands.forecast import add_horizon
from cli.exit_codes import FAILED, OK
from cli.printing.console import plain_table, print_text, standard_output
from cli.printing.doubt import DOUBT, chance_cell
from cli.printing.waiting import batch_progress
from functions.common.money import Money

LISTS = {".txt", ".csv", ".tsv", ".lst", ".list"}
"""No ticker ends like this, so such a word names a missing file."""
FORMAT = """\
A FILE lists tickers, separated by spaces, commas or line breaks. Text after a # is a comment.
If a FILE exists under that name, Stockcast reads it. Otherwise the word is a ticker.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("batch", help="forecast many stocks and rank them", epilog=FORMAT)
    parser.add_argument("given", nargs="*", metavar="FILE|SYMBOL", help="up to 5,000 tickers")
    own_prices.add_options(parser)
    add_horizon(parser)
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help="print the ranking as JSON")
    printed.add_argument(
        "--csv", action="store_true", help="print one row per symbol, failed ones included"
    )
    choice.add_options(parser)
    parser.set_defaults(run=_batch)


def _batch(given: argparse.Namespace) -> int:
    tickers = read(given.given)
    own_prices.require_one(given, tickers)
    stockcast = choice.chosen(given)
    symbols = own_prices.all_symbols(stockcast, given, tickers)
    asked = {"symbols": symbols, "days": given.days, "model": given.model}
    with batch_progress(len(set(symbols))) as on_progress:
        batch = stockcast.batch(asked, on_progress)
    if given.csv:
        sys.stdout.buffer.write(batch.table)
    elif given.json:
        sys.stdout.buffer.write(batch.ranking + b"\n")
    else:
        _print_ranking(json.loads(batch.ranking)["rows"])
    if batch.failed:
        _tell_failures(batch.table, batch.failed, len(set(symbols)))
    return FAILED if batch.failed else OK


def read(given: Iterable[str]) -> list[str]:
    """The given tickers and the tickers in the given files, in order.

    Raises BadInputError if a file cannot be read or a word is not a ticker.
    """
    return [symbol for one in given for symbol in _read_one(one)]


def _read_one(given: str) -> list[str]:
    path = Path(given)
    if not path.is_file():
        if os.sep in given or path.suffix.lower() in LISTS:
            raise BadInputError(f"There is no file {given}.")
        return [_symbol(given, "neither a file nor a ticker")]
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"Cannot read {given}: {error}.") from error
    symbols = [
        _symbol(word, f"in {given}, line {number}")
        for number, line in enumerate(lines, 1)
        for word in line.partition("#")[0].replace(",", " ").split()
    ]
    if not symbols:
        raise BadInputError(f"{given} contains no ticker.")
    return symbols


def _tell_failures(table: bytes, count: int, total: int) -> None:
    sys.stderr.write(f"stockcast: {count} of {total} symbols failed:\n")
    for row in csv.DictReader(io.StringIO(table.decode())):
        if row["status"] == "failed":
            sys.stderr.write(f"  {row['symbol']}: {row['error']}\n")


def _symbol(text: str, where: str) -> str:
    try:
        return arguments.symbol(text)
    except argparse.ArgumentTypeError as error:
        raise BadInputError(f"{text!r}, {where}: {error}") from error


def _print_ranking(rows: Sequence[Mapping[str, Any]]) -> None:
    console = standard_output()
    table = plain_table()
    for title in ("", "symbol", "last", "predicted", "80% from", "to", "higher"):
        table.add_column(title, justify="left" if title == "symbol" else "right")
    for row in rows:
        prices = (row["last_price"], row["predicted_price"], row["lo80"], row["hi80"])
        doubted = row.get("trust") == "too_narrow"
        chance = chance_cell(row["probability_higher"], doubted=doubted)
        table.add_row(str(row["rank"]), row["symbol"], *map(Money.of(row), prices), chance)
    console.print(table)
    if any(row.get("trust") == "too_narrow" for row in rows):
        print_text(console, DOUBT, "dim")
