"""Write functions/web/symbols/symbols.tsv.gz, the bundled symbol directory, from `pytickersymbols`.

The package (MIT licence) compiles the constituents of stock indices from Wikipedia. Kept are the
ticker and the name of each stock in the indices of the United States.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from functions.common.messages.fields import SYMBOL
from functions.common.prices.symbol_directory import Listing, to_bytes

TARGET = Path(__file__).parents[1] / "functions" / "web" / "symbols" / "symbols.tsv.gz"
INDICES = ("S&P 600", "S&P 500", "NASDAQ 100", "S&P 100", "DOW JONES")
"""Those of the United States; where they name a company differently, the last one counts."""


def listings() -> list[Listing]:
    """All of them, ascending by ticker."""
    from pytickersymbols import PyTickerSymbols

    source = PyTickerSymbols()
    found = {
        stock["symbol"].replace("-", "."): stock["name"].strip()
        for index in INDICES
        for stock in source.get_stocks_by_index(index)
    }
    return [Listing(*pair) for pair in sorted(found.items()) if SYMBOL.fullmatch(pair[0])]


if __name__ == "__main__":
    found = listings()
    TARGET.write_bytes(to_bytes(found))
    print(f"{len(found)} listings from pytickersymbols {version('pytickersymbols')}")
