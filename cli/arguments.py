"""Argument types that several commands share. Each error names the value and says how to fix it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from functions.common.errors import InvalidFieldError, StockcastError
from functions.common.messages import fields
from functions.common.messages.message import value

if TYPE_CHECKING:
    from functions.common.prices.symbol_directory import Listing


class BadInputError(StockcastError):
    """A file or an argument is wrong in a way that argparse cannot check."""


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def names(text: str, known: Collection[str], what: str) -> tuple[str, ...]:
    """Some of the `known` names, which are `what`. The list is comma-separated."""
    named = tuple(dict.fromkeys(parts(text)))
    if not named or not set(named) <= set(known):
        message = f"{text!r} is not a list of {what}; choose from {', '.join(known)}"
        raise argparse.ArgumentTypeError(message)
    return named


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2013-03-01") from None


def port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text!r} is not a port. Choose one from 1 to 65535")
    return int(text)


def symbol(text: str) -> str:
    """A ticker in upper case. A company name becomes its ticker, and stderr says so."""
    if text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a ticker. Did you mean --days {text}?")
    named = None if text == text.upper() else _by_name(text)
    if named:
        sys.stderr.write(f"{text}: using {named.symbol} ({named.name}).\n")
        return named.symbol
    try:
        return fields.upper(value("symbol", text, fields.Symbol))
    except InvalidFieldError as error:
        raise argparse.ArgumentTypeError(error.message) from error


def _by_name(text: str) -> Listing | None:
    """The company that `text` names, unless it is a ticker."""
    from functions.web.symbols.source import bundled

    found = bundled().find(text)
    if any(one.symbol == text.upper() for one in found):
        return None
    words = text.lower().split()
    return next((one for one in found if one.name.lower().split()[: len(words)] == words), None)


def days(text: str) -> int:
    """The number of calendar days to forecast."""
    try:
        given = int(text) if text.isdecimal() else text
        return int(value("days", given, fields.Days))
    except InvalidFieldError as error:
        raise argparse.ArgumentTypeError(error.message) from error


def add_symbol(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names the stock. It is optional, because `--prices` can replace it."""
    description = "a ticker or a company name, such as AAPL or apple"
    added = parser.add_argument("symbol", type=symbol, nargs="?", help=description)
    _complete_tickers(added)


def add_symbols(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name several stocks."""
    added = parser.add_argument("symbols", type=symbol, nargs="*", metavar="SYMBOL", help="tickers")
    _complete_tickers(added)


def _complete_tickers(argument: argparse.Action) -> None:
    argument.completer = _tickers  # type: ignore[attr-defined] # argcomplete looks for it


def _tickers(prefix: str, **_: Any) -> list[str]:
    """The tickers that start with `prefix`, for the shell's tab key."""
    from functions.web.symbols.source import bundled

    found = bundled().find(prefix)
    return [listing.symbol for listing in found if listing.symbol.startswith(prefix)]
