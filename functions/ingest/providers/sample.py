"""Real daily prices of five stocks up to 2013 that come with Stockcast: no key, no network."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

from functions.common.errors import UnknownSymbolError
from functions.common.prices import PriceHistory, PriceRow

DATA = Path(__file__).parents[1] / "data" / "sample_prices.csv.gz"
SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")


class SampleProvider:
    """The bundled sample; `data/README.md` says where it is from."""

    name = "sample"

    def history(self, symbol: str) -> PriceHistory:
        """See `Provider.history`."""
        if symbol not in SYMBOLS:
            message = (
                f"{symbol} is not in the sample, which has {', '.join(SYMBOLS)}. Choose one of"
                " these, or have the operator set up a provider of live prices (PROVIDERS)."
            )
            raise UnknownSymbolError(message)
        with gzip.open(DATA, "rt", encoding="ascii", newline="") as lines:
            rows = tuple(
                PriceRow(
                    date.fromisoformat(row["date"]),
                    float(row["open"]),
                    float(row["high"]),
                    float(row["low"]),
                    float(row["close"]),
                    float(row["volume"]),
                    float(row["adj_close"]),
                )
                for row in csv.DictReader(lines)
                if row["symbol"] == symbol
            )
        return PriceHistory(symbol, rows)
