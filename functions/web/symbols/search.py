"""The symbol directory: finds stocks by ticker or company name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from functions.common.prices import sample
from functions.common.prices.symbol_directory import Listing

MOST = 20
MOST_EXAMINED = 500
"""The most names that one search examines, because one letter matches thousands of them."""
APOSTROPHES = re.compile("['\u2019`]")
WORD = re.compile(r"\w+")
LAST = "\U0010ffff"

SAMPLE = tuple(Listing(symbol, known.name) for symbol, known in sample.INSTRUMENTS.items())
SAMPLE_SYMBOLS = frozenset(sample.SYMBOLS)


class Directory:
    """Searches `listings` and ignores case and punctuation."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self._listings = sorted(listings)
        self._words = [_words(listing.name) for listing in self._listings]
        tickers = [(_squeezed(one.symbol), at) for at, one in enumerate(self._listings)]
        self._tickers = sorted(tickers)
        self._by_word = sorted({(word, at) for at, name in enumerate(self._words) for word in name})

    def __len__(self) -> int:
        return len(self._listings)

    def named(self, symbol: str) -> Listing | None:
        """The listing with exactly this ticker, or None."""
        at = bisect_left(self._listings, (symbol,))
        found = self._listings[at] if at < len(self._listings) else None
        return found if found and found.symbol == symbol else None

    def find(self, query: str) -> list[Listing]:
        """Up to MOST listings: tickers that start with `query`, then names with such words."""
        squeezed, parts = _squeezed(query), _words(query)
        range_of = _range_of(squeezed, self._tickers)[:MOST]
        found = [self._tickers[entry][1] for entry in range_of]
        if parts and len(found) < MOST:
            known = set(found)
            found += [at for at in self._named(parts) if at not in known]
        return [self._listings[at] for at in found[:MOST]]

    def _named(self, parts: list[str]) -> list[int]:
        """Names that contain all `parts`. Names that start with the first part come first."""
        ranges = [_range_of(part, self._by_word) for part in parts]
        rarest = min(ranges, key=len)
        examined = {self._by_word[entry][1] for entry in rarest[:MOST_EXAMINED]}
        found = [
            at
            for at in examined
            if all(any(word.startswith(part) for word in self._words[at]) for part in parts)
        ]
        return sorted(found, key=lambda at: (not self._words[at][0].startswith(parts[0]), at))


def _range_of(prefix: str, entries: list[tuple[str, int]]) -> range:
    """The positions of the texts that start with `prefix` in the sorted `entries`."""
    first = bisect_left(entries, (prefix,))
    return range(first, bisect_left(entries, (prefix + LAST,), lo=first))


def _words(text: str) -> list[str]:
    return WORD.findall(APOSTROPHES.sub("", text.lower()))


def _squeezed(text: str) -> str:
    return "".join(_words(text))


OF_SAMPLE = Directory(SAMPLE)
