"""Where prices come from: one module a provider, all held to one conformance suite."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from functions.common.prices.history import PriceHistory, Rows
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.ingest.providers.publication import Schedule


@dataclass(frozen=True)
class Fetched:
    """Daily prices of one symbol as a provider gave them, cleaned.

    `rows` are ascending by date, one a day; `actions` are the days among them on which a split or
    a dividend took effect, ascending. `dropped` counts the rows that could not be used, `fillers`
    those of them for days when the exchange is closed. `notes` say in whole sentences what a reader
    should know about the rows, and `instrument` what is known of the symbol.
    """

    symbol: str
    rows: Rows
    actions: tuple[date, ...] = ()
    dropped: int = 0
    fillers: int = 0
    notes: tuple[str, ...] = ()
    instrument: Instrument = UNKNOWN

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", Rows.of(self.rows))

    @property
    def history(self) -> PriceHistory:
        """The rows as a history to store."""
        return PriceHistory(self.symbol, self.rows, self.notes, self.instrument)


class Provider(Protocol):
    """A source of daily prices, adjusted for splits and dividends up to its latest row."""

    name: str
    schedule: Schedule
    gives_all: bool
    """Whether a fetch without `since` gives the whole history, and not only recent prices."""

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """The prices of `symbol` from `since` on, that day included; None: all there are.

        There may be none. Raises UnknownSymbolError where the provider does not have the symbol,
        KeyRefusedError where it refuses the key, TemporaryError where it does not answer now.
        """
