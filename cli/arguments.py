"""Types of arguments that several commands take; each error names the value and the cure."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from functions.common.errors import InvalidFieldError, StockcastError
from functions.common.messages import fields
from functions.common.messages.message import value


class BadInputError(StockcastError):
    """A file or an argument that argparse cannot check is no use."""


def parts(text: str) -> list[str]:
    """The parts of a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def positive(text: str) -> int:
    """A whole number of at least 1."""
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        message = f"{text!r} is no positive whole number"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def day(text: str) -> str:
    """An ISO date."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        message = f"{text!r} is no date like 2013-03-01"
        raise argparse.ArgumentTypeError(message) from None


def port(text: str) -> int:
    """A TCP port."""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65535:  # noqa: PLR2004
        message = f"{text!r} is no port; choose one from 1 to 65535"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def symbol(text: str) -> str:
    """A ticker, in upper case."""
    try:
        return fields.upper(value("symbol", text, fields.Symbol))
    except InvalidFieldError as error:
        raise argparse.ArgumentTypeError(error.message) from error


def days(text: str) -> int:
    """Calendar days that a forecast may reach."""
    try:
        given = int(text) if text.isdecimal() else text
        return int(value("days", given, fields.Days))
    except InvalidFieldError as error:
        raise argparse.ArgumentTypeError(error.message) from error


def add_symbol(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names the stock."""
    added = parser.add_argument("symbol", type=symbol, help="a ticker, such as AAPL")
    _complete_tickers(added)


def add_symbols(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name several stocks."""
    added = parser.add_argument("symbols", type=symbol, nargs="+", metavar="SYMBOL", help="tickers")
    _complete_tickers(added)


def _complete_tickers(argument: argparse.Action) -> None:
    argument.completer = _tickers  # type: ignore[attr-defined] # argcomplete looks for it


def _tickers(prefix: str, **_: Any) -> list[str]:
    """What a shell may complete `prefix` with."""
    from functions.web.symbols.source import bundled

    found = bundled().find(prefix)
    return [listing.symbol for listing in found if listing.symbol.startswith(prefix)]
