"""Real daily prices of five stocks until 2013, bundled with Stockcast. No key, no network."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

from functions.common.data_sources import HOW
from functions.common.errors import UnknownSymbolError
from functions.common.prices.history import PriceRow, Rows
from functions.common.prices.sample import INSTRUMENTS, LAST_DAY, SYMBOLS
from functions.ingest.providers import Fetched
from functions.ingest.providers.publication import Schedule

DATA = Path(__file__).parents[1] / "data" / "sample_prices.csv.gz"


class SampleProvider:
    """The bundled sample data. `data/README.md` names its source."""

    name = "sample"
    gives_all = True
    schedule = Schedule(timedelta(), ends=LAST_DAY)

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        if symbol not in SYMBOLS:
            message = f"{symbol} is not in the sample data, which has {', '.join(SYMBOLS)}. {HOW}"
            raise UnknownSymbolError(message)
        first = since or date.min
        with gzip.open(DATA, "rt", encoding="ascii", newline="") as lines:
            rows = Rows.of(
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
                if row["symbol"] == symbol and row["date"] >= first.isoformat()
            )
        return Fetched(symbol, rows, instrument=INSTRUMENTS[symbol])
