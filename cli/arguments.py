"""Types of arguments that several commands take; each error names the value and the cure."""

from __future__ import annotations

import argparse
from datetime import date

from functions.common.errors import StockcastError


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
