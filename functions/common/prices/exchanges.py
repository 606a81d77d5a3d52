"""The exchanges that Stockcast knows, and what a symbol says about where it trades.

Symbols follow Yahoo's spelling. A suffix such as `.L` names the exchange (`VOD.L`). `^` marks an
index, `=X` a currency pair, `=F` a future, and `-USD` a cryptocurrency.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from functions.common.prices import calendars

FILE = Path(__file__).with_name("exchanges.tsv")
CRYPTO = re.compile(r"[A-Z0-9]{2,}-(USD|USDT|EUR|GBP|JPY|CAD|AUD|KRW|BTC|ETH)")
PAIR = re.compile(r"([A-Z]{3})?([A-Z]{3})=X")
FUTURES = "CMES"
ALIASES = {
    "Asia/Jerusalem": "Asia/Tel_Aviv",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
}
"""Yahoo's names of time zones that differ from ours."""


class Kind(Enum):
    """What kind of instrument a symbol stands for."""

    UPLOAD = "upload"
    INDEX = "index"
    CURRENCY = "currency"
    FUTURE = "future"
    CRYPTO = "crypto"
    US_LISTING = "us listing"
    LISTING = "listing"


class Exchange(Struct, frozen=True):
    """An exchange: its MIC (ISO 10383), calendar, currency, Yahoo suffix and name."""

    mic: str
    calendar: str
    currency: str
    suffix: str
    name: str


@lru_cache(maxsize=1)
def all_exchanges() -> dict[str, Exchange]:
    """All exchanges by their MIC."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return {one.mic: one for one in (Exchange(*line.split("\t")) for line in lines)}


def of_symbol(symbol: str) -> Exchange | None:
    """The exchange that the symbol's suffix names, or None."""
    _, dot, suffix = symbol.rpartition(".")
    return _by_suffix().get(suffix) if dot else None


def kind_of(symbol: str) -> Kind:
    """What kind of instrument the symbol is. A stock without a suffix is a US stock."""
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
    """The second currency of a pair, such as USD in EURUSD=X or BTC-USD. "" if not a pair."""
    pair = PAIR.fullmatch(symbol) or CRYPTO.fullmatch(symbol)
    return str(pair.groups()[-1]) if pair else ""


COVERED = {
    "tiingo": frozenset({Kind.US_LISTING}),
    "nasdaq": frozenset({Kind.US_LISTING}),
    "alphavantage": frozenset({Kind.US_LISTING, Kind.LISTING}),
    "twelvedata": frozenset({Kind.US_LISTING, Kind.LISTING, Kind.CURRENCY, Kind.CRYPTO}),
    "upload": frozenset({Kind.UPLOAD}),
}
"""The kinds that some providers cover. Other providers cover everything except uploads."""


def covers(provider: str, symbol: str) -> bool:
    """Whether the provider may have the symbol, so that it is worth asking."""
    kind = kind_of(symbol)
    return kind in COVERED[provider] if provider in COVERED else kind is not Kind.UPLOAD


def calendar_in(zone: str) -> str:
    """The calendar of the main exchange in a time zone, such as Asia/Hong_Kong. "" if none."""
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
