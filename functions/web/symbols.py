"""The symbol directory: finds stocks by ticker or company name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

MOST = 20
WORD = re.compile(r"[a-z0-9]+")


class Listing(NamedTuple):
    """A ticker and the name of its company."""

    symbol: str
    name: str


SAMPLE = (
    Listing("AAPL", "Apple Inc."),
    Listing("FB", "Facebook, Inc."),
    Listing("GOOG", "Google Inc."),
    Listing("IBM", "International Business Machines Corporation"),
    Listing("MSFT", "Microsoft Corporation"),
)


class Directory:
    """Searches `listings`, forgiving of case and punctuation."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self._entries = [
            (_squeezed(listing.symbol), WORD.findall(listing.name.lower()), listing)
            for listing in sorted(listings)
        ]

    def find(self, query: str) -> list[Listing]:
        """Tickers that begin with `query` first, then names with words that begin so."""
        squeezed, words = _squeezed(query), WORD.findall(query.lower())
        if not squeezed:
            return [listing for _, _, listing in self._entries][:MOST]
        by_ticker = [entry for entry in self._entries if entry[0].startswith(squeezed)]
        by_name = [
            entry
            for entry in self._entries
            if entry not in by_ticker
            and all(any(word.startswith(part) for word in entry[1]) for part in words)
        ]
        return [listing for _, _, listing in [*by_ticker, *by_name]][:MOST]


def _squeezed(text: str) -> str:
    return "".join(WORD.findall(text.lower()))
