"""Facts about the bundled sample data, available without reading its prices."""

from __future__ import annotations

from datetime import date

from functions.common.prices.instrument import Instrument

LAST_DAY = date(2013, 3, 1)
INSTRUMENTS = {
    symbol: Instrument(name, exchange, "XNYS", "USD", "America/New_York")
    for symbol, name, exchange in (
        ("AAPL", "Apple Inc.", "XNAS"),
        ("FB", "Facebook, Inc.", "XNAS"),
        ("GOOG", "Google Inc.", "XNAS"),
        ("IBM", "International Business Machines Corporation", "XNYS"),
        ("MSFT", "Microsoft Corporation", "XNAS"),
    )
}
SYMBOLS = tuple(INSTRUMENTS)
