"""Decides which symbols can have prices, and explains why others cannot."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from functions.common.data_sources import BY_NAME, HOW, TODAYS_PRICES
from functions.common.errors import UnknownSymbolError
from functions.common.prices import exchanges, sample
from functions.common.prices.exchanges import Kind
from functions.common.prices.symbol_directory import Listing
from functions.web.settings import Settings
from functions.web.symbols.search import OF_SAMPLE, SAMPLE, Directory

MOST_SUGGESTED = 5


def is_available(symbol: str, providers: Sequence[str]) -> bool:
    """Whether there may be prices of `symbol`. This is certain only for the sample's symbols."""
    asked = [name for name in providers if exchanges.covers(name, symbol)]
    return symbol in sample.SYMBOLS if asked == ["sample"] else bool(asked)


def require_available(symbol: str, settings: Settings, directory: Directory) -> None:
    """Raise UnknownSymbolError, with suggestions, if no source can have prices of `symbol`."""
    if exchanges.kind_of(symbol) is Kind.UPLOAD:
        if settings.uploads:
            return
        message = f"{symbol} is an uploaded file, but uploads are turned off (UPLOADS)."
        raise UnknownSymbolError(message)
    providers = settings.providers
    if is_available(symbol, providers):
        return
    known, how = directory.named(symbol), _how(symbol, providers)
    if known:
        message = f"{known.name}: add a data source to forecast it. {how}"
    elif settings.has_sample_only:
        message = (
            f"{symbol} is not in the sample data, which has {', '.join(sample.SYMBOLS)}. {how}"
        )
    else:
        titles = ", ".join(BY_NAME[name].title for name in providers if name in BY_NAME)
        message = f"{titles} has no prices of {symbol}. Add a data source that has them. {how}"
    raise UnknownSymbolError(message, suggestions=_suggestions(symbol, providers, directory))


def _how(symbol: str, providers: Sequence[str]) -> str:
    """How to get prices of `symbol`. Outside the United States, only Yahoo has more prices."""
    if exchanges.kind_of(symbol) is Kind.US_LISTING:
        return HOW
    named = ",".join([*(name for name in providers if name != "sample"), "yahoo"])
    return f"For its prices, run `make run PROVIDERS={named}` (personal use only)."


def entry(listing: Listing, providers: Sequence[str]) -> dict[str, Any]:
    """A symbol in a search result. Unknown values are null."""
    of_sample = sample.INSTRUMENTS.get(listing.symbol)
    exchange = exchanges.of_symbol(listing.symbol)
    kind = exchanges.kind_of(listing.symbol)
    currency = exchange.currency if exchange else "USD" if kind is Kind.US_LISTING else None
    mic = of_sample.exchange if of_sample else exchange.mic if exchange else None
    return {
        **listing._asdict(),
        "exchange": mic,
        "currency": exchanges.currency_of_pair(listing.symbol) or currency,
        "available": is_available(listing.symbol, providers),
    }


def sources(settings: Settings) -> dict[str, Any]:
    """The price sources, and how to get today's prices."""
    return {
        "providers": [
            {"name": name, "title": one.title, "covers": one.covers, "terms": one.terms}
            for name in settings.providers
            if (one := BY_NAME.get(name))
        ],
        "sample_only": settings.has_sample_only,
        "sample": {
            "symbols": [one._asdict() for one in SAMPLE],
            "last_date": sample.LAST_DAY.isoformat(),
        },
        "todays_prices": [{"command": command, "note": note} for command, note in TODAYS_PRICES],
        "uploads": settings.uploads,
    }


def _suggestions(
    symbol: str, providers: Sequence[str], directory: Directory
) -> list[dict[str, str]]:
    """Symbols that can have prices and whose ticker or name is similar to `symbol`."""
    found = directory.find(symbol)
    alike = difflib.get_close_matches(
        symbol, [one.symbol for one in directory.find(symbol[0])], MOST_SUGGESTED
    )
    found += [one for name in alike if (one := directory.named(name))]
    near = difflib.get_close_matches(symbol, sample.SYMBOLS, 1)
    found += [*OF_SAMPLE.find(symbol), *(one for name in near if (one := OF_SAMPLE.named(name)))]
    unique = {one.symbol: one for one in found if is_available(one.symbol, providers)}
    return [one._asdict() for one in list(unique.values())[:MOST_SUGGESTED]]
