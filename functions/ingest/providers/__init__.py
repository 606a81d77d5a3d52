"""Where prices come from."""

from __future__ import annotations

from typing import Protocol

from functions.common.prices import PriceHistory


class Provider(Protocol):
    """A source of daily prices."""

    name: str

    def history(self, symbol: str) -> PriceHistory:
        """All daily prices of `symbol`, at least one row.

        Raises UnknownSymbolError where there are none, TemporaryError where none can be had now.
        """
