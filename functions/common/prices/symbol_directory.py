"""The symbol directory: a file of all tickers and the names of their companies."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from functions.common.errors import BadAnswerError, StockcastError, cause
from functions.common.messages.fields import SYMBOL

KEY = "symbols/directory.tsv.gz"
"""The S3 key of the refreshed directory."""
ENDS = "File Creation Time"
QUOTED_CHARACTERS = 200
KIND_OF_SHARE = re.compile(
    r"[\s,]+(- .*|(Class [A-Z] )?(New )?(Common|Ordinary|Capital) (Stock|Shares?).*"
    r"|American Depositary .*)$"
)


class Listing(NamedTuple):
    """A ticker and the name of its company."""

    symbol: str
    name: str


class BadDirectoryError(
    StockcastError, title="Unreadable symbol directory", slug="unreadable-directory"
):
    """A directory file does not have the format of `to_bytes`."""


def to_bytes(listings: Iterable[Listing]) -> bytes:
    """Gzipped UTF-8 lines of ticker, tab and name. Equal listings give equal bytes."""
    lines = [f"{one.symbol}\t{' '.join(one.name.split())}\n" for one in sorted(listings)]
    return gzip.compress("".join(lines).encode(), mtime=0)


def from_bytes(body: bytes) -> list[Listing]:
    """The inverse of to_bytes. Raises BadDirectoryError, which names the line."""
    try:
        lines = gzip.decompress(body).decode().splitlines()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise BadDirectoryError(f"The symbol directory cannot be read: {cause(error)}") from error
    listings = []
    for number, line in enumerate(lines, 1):
        symbol, tab, name = line.partition("\t")
        if not (tab and SYMBOL.fullmatch(symbol)):
            raise BadDirectoryError(f"The symbol directory, line {number}: {line[:80]!r}.")
        listings.append(Listing(symbol, name))
    return listings


def from_nasdaq_trader(text: str, symbol_column: str) -> tuple[list[Listing], int]:
    """The listings in `nasdaqlisted.txt` or `otherlisted.txt`, and how many were left out.

    Format: https://www.nasdaqtrader.com/trader.aspx?id=symboldirdefs. Leaves out test issues, and
    symbols that Stockcast does not support (units, warrants, preferred shares). Raises
    BadAnswerError if the text has another format or is cut off.
    """
    lines = text.splitlines()
    header = lines[0].split("|") if lines else []
    needed = {symbol_column, "Security Name", "Test Issue"}
    if not needed <= set(header) or not lines[-1].startswith(ENDS):
        message = f"Nasdaq Trader's directory has a new format: {text[:QUOTED_CHARACTERS]!r}."
        raise BadAnswerError(message)
    rows = [line.split("|") for line in lines[1:-1]]
    complete = (dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header))
    listings = [
        Listing(cells[symbol_column], KIND_OF_SHARE.sub("", cells["Security Name"]))
        for cells in complete
        if SYMBOL.fullmatch(cells[symbol_column]) and cells["Test Issue"] != "Y"
    ]
    return listings, len(rows) - len(listings)
