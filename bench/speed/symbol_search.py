"""Measures how long the symbol directory takes to load, and to search 12,000 listings."""

from __future__ import annotations

import random
import time
from statistics import median

from functions.common.prices.symbol_directory import Listing
from functions.web.symbols.search import Directory
from functions.web.symbols.source import bundled

LISTINGS = 12_000
QUERIES = ("a", "ap", "app", "apple", "co", "international", "bank of", "brk b", "zzz", "in", "x")
WORDS = ("international", "bank", "of", "holdings", "inc", "corp", "group", "energy", "company")


def large() -> Directory:
    """A directory as large as Nasdaq Trader's, with the bundled names and made-up ones."""
    source = random.Random(1)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    made = (
        Listing(
            "".join(source.choices(letters, k=4)),
            " ".join(["".join(source.choices(letters, k=7)).title(), *source.sample(WORDS, 3)]),
        )
        for _ in range(LISTINGS)
    )
    return Directory(made)


def milliseconds(of: object, repeats: int = 200) -> float:
    """The median time of a call."""
    spent = []
    for _ in range(repeats):
        started = time.perf_counter()
        of()  # type: ignore[operator] # a callable
        spent.append(time.perf_counter() - started)
    return 1000 * median(spent)


if __name__ == "__main__":
    print(f"load the bundled directory: {milliseconds(bundled, 20):.2f} ms")
    directory = large()
    for query in QUERIES:
        print(f"find {query!r}: {milliseconds(lambda query=query: directory.find(query)):.3f} ms")
