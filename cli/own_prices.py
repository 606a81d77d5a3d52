"""`--prices FILE`: your own price file instead of a ticker."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cli.arguments import BadInputError
from cli.clients.service import Service
from functions.common.errors import RequestError

MOST_SERIES = 50
"""The most series that one command reads from a file, because each one is a separate upload."""
NAMED = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a price file and a series in it."""
    parser.add_argument(
        "--prices",
        type=Path,
        metavar="FILE",
        help="a file of your own prices instead of a ticker (see docs/own-prices.md)",
    )
    parser.add_argument(
        "--column",
        default="",
        metavar="NAME",
        help="the column of closing prices in FILE, or one series if FILE contains several",
    )


def one_symbol(stockcast: Service, given: argparse.Namespace) -> str:
    """The given symbol, or the symbol of the uploaded file.

    Raises BadInputError if the file cannot be read or has several series.
    """
    if given.prices is None:
        return str(given.symbol)
    read = _uploaded(stockcast, given.prices, given.column)
    if len(_series(read)) > 1 and not given.column:
        raise BadInputError(
            f"{given.prices}: The file contains {len(read['columns'])} series:"
            f" {_listed(read['columns'])}. Choose one with --column."
        )
    _tell(given.prices, read)
    return str(read["symbol"])


def all_symbols(stockcast: Service, given: argparse.Namespace, tickers: list[str]) -> list[str]:
    """`tickers`, or the symbols of the series in the file.

    Raises BadInputError if the file cannot be read or has too many series.
    """
    if given.prices is None:
        return tickers
    first = _uploaded(stockcast, given.prices, given.column)
    series = [] if given.column else _series(first)
    if len(series) > MOST_SERIES:
        raise BadInputError(
            f"{given.prices}: The file contains {len(series)} series, but Stockcast reads at most"
            f" {MOST_SERIES} at once: {_listed(series)}. Choose one with --column."
        )
    others = [each for each in series if each != first["column"]]
    reads = [first, *(_uploaded(stockcast, given.prices, each) for each in others)]
    for read in reads:
        _tell(given.prices, read)
    return [str(read["symbol"]) for read in reads]


def require_one(given: argparse.Namespace, asked: Any) -> None:
    """Raise BadInputError unless the options name either a symbol or a file."""
    if given.column and given.prices is None:
        raise BadInputError("--column needs a file. Name the file with --prices FILE.")
    if asked and given.prices is not None:
        raise BadInputError("Give a symbol or --prices FILE, not both.")
    if not asked and given.prices is None:
        raise BadInputError("Give a symbol, or a file of your own prices with --prices FILE.")


def _uploaded(stockcast: Service, path: Path, column: str) -> dict[str, Any]:
    try:
        return stockcast.upload(path.read_bytes(), path.name, column)
    except OSError as error:
        raise BadInputError(f"Cannot read {path}: {error.strerror}.") from error
    except RequestError as error:
        message = error.detail.replace("`column`", "--column")
        raise BadInputError(f"{path}: {message}") from error


def _series(read: dict[str, Any]) -> list[str]:
    """The series of a file, or nothing if the file has only one."""
    return list(read["columns"]) if read["column"] in read["columns"] else []


def _listed(names: list[str]) -> str:
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + rest


def _tell(path: Path, read: dict[str, Any]) -> None:
    chosen = f", {read['column']}" if read["column"] else ""
    sys.stderr.write(
        f"{path}{chosen}: {read['rows']} prices from {read['first_date']} to {read['last_date']},"
        f" as {read['symbol']}.\n"
    )
