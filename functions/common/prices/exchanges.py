"""The exchanges that Stockcast knows, and what a symbol says of where it trades.

Symbols are those of Yahoo: a suffix names the exchange (`VOD.L`), `^` an index, `=X` a pair of
currencies, `=F` a future, and `-USD` a cryptocurrency.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

from functions.common.prices import calendars

FILE = Path(__file__).with_name("exchanges.tsv")
CRYPTO = re.compile(r"[A-Z0-9]{2,}-(USD|USDT|EUR|GBP|JPY|CAD|AUD|KRW|BTC|ETH)")
PAIR = re.compile(r"([A-Z]{3})?([A-Z]{3})=X")
FUTURES = "CMES"
ALIASES = {
    "Asia/Jerusalem": "Asia/Tel_Aviv",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
}
"""Time zones by the names that Yahoo gives them, where ours are others."""


class Kind(Enum):
    """What a symbol stands for."""

    UPLOAD = "upload"
    INDEX = "index"
    CURRENCY = "currency"
    FUTURE = "future"
    CRYPTO = "crypto"
    US_LISTING = "us listing"
    LISTING = "listing"


@dataclass(frozen=True)
class Exchange:
    """A place of trade by its MIC (ISO 10383): calendar, currency, Yahoo's suffix and name."""

    mic: str
    calendar: str
    currency: str
    suffix: str
    name: str


@lru_cache(maxsize=1)
def all_exchanges() -> dict[str, Exchange]:
    """Each by its MIC."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return {one.mic: one for one in (Exchange(*line.split("\t")) for line in lines)}


def of_symbol(symbol: str) -> Exchange | None:
    """The exchange that the suffix names; None where it names none."""
    _, dot, suffix = symbol.rpartition(".")
    return _by_suffix().get(suffix) if dot else None


def kind_of(symbol: str) -> Kind:
    """What the symbol stands for. A stock without a suffix is one of the United States."""
    if symbol.startswith("@"):
        return Kind.UPLOAD
    if symbol.startswith("^"):
        return Kind.INDEX
    if symbol.endswith("=X"):
        return Kind.CURRENCY
    if symbol.endswith("=F"):
        return Kind.FUTURE
    if CRYPTO.fullmatch(symbol):
        return Kind.CRYPTO
    return Kind.LISTING if of_symbol(symbol) else Kind.US_LISTING


def currency_of_pair(symbol: str) -> str:
    """The second of a pair, such as USD of EURUSD=X and BTC-USD; "" where it is none."""
    pair = PAIR.fullmatch(symbol) or CRYPTO.fullmatch(symbol)
    return str(pair.groups()[-1]) if pair else ""


COVERED = {
    "tiingo": frozenset({Kind.US_LISTING}),
    "nasdaq": frozenset({Kind.US_LISTING}),
    "alphavantage": frozenset({Kind.US_LISTING, Kind.LISTING}),
    "twelvedata": frozenset({Kind.US_LISTING, Kind.LISTING, Kind.CURRENCY, Kind.CRYPTO}),
    "upload": frozenset({Kind.UPLOAD}),
}
"""What some providers are asked for; the others are asked for everything but uploads."""


def covers(provider: str, symbol: str) -> bool:
    """Whether a provider may have the symbol, so that it is worth a call to ask it."""
    kind = kind_of(symbol)
    return kind in COVERED[provider] if provider in COVERED else kind is not Kind.UPLOAD


def calendar_in(zone: str) -> str:
    """The calendar of the main exchange in a time zone, such as Asia/Hong_Kong; "" for none."""
    return _by_zone().get(ALIASES.get(zone, zone), "")


@lru_cache(maxsize=1)
def _by_suffix() -> dict[str, Exchange]:
    return {one.suffix: one for one in all_exchanges().values() if one.suffix}


@lru_cache(maxsize=1)
def _by_zone() -> dict[str, str]:
    known: dict[str, str] = {}
    for one in all_exchanges().values():
        known.setdefault(calendars.named(one.calendar).zone, one.calendar)
    return known
