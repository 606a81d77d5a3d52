"""The price providers, one module each. They all pass the same conformance tests."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from msgspec import Struct
from msgspec.structs import force_setattr

from functions.common.prices.history import PriceHistory, Rows
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.ingest.providers.publication import Schedule


class Fetched(Struct, frozen=True):
    """Daily prices of one symbol from a provider, cleaned.

    - `rows`: one per day, in ascending order.
    - `actions`: the days among them with a split or dividend, in ascending order.
    - `dropped`: the number of unusable rows.
    - `fillers`: the number of dropped rows on days when the exchange is closed.
    - `notes`: remarks about the rows for users, in full sentences.
    - `instrument`: facts about the symbol.
    """

    symbol: str
    rows: Rows
    actions: tuple[date, ...] = ()
    dropped: int = 0
    fillers: int = 0
    notes: tuple[str, ...] = ()
    instrument: Instrument = UNKNOWN

    def __post_init__(self) -> None:
        force_setattr(self, "rows", Rows.of(self.rows))

    @property
    def history(self) -> PriceHistory:
        """The rows as a history to store."""
        return PriceHistory(self.symbol, self.rows, self.notes, self.instrument)


class Provider(Protocol):
    """A source of daily prices, adjusted for splits and dividends up to its latest row."""

    name: str
    schedule: Schedule
    gives_all: bool
    """Whether a fetch without `since` returns the whole history, not only recent prices."""

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """The prices of `symbol` on and after `since`, or all prices if it is None. May be empty.

        Raises UnknownSymbolError if the provider does not have the symbol, KeyRefusedError if it
        rejects the API key, and TemporaryError if it does not answer now.
        """
