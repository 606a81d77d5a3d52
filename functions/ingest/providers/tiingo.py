"""Prices from Tiingo.

https://www.tiingo.com/documentation/end-of-day
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone
from operator import attrgetter
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from functions.common.errors import (
    KeyRefusedError,
    StockcastError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.ingest.providers import Fetched
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.given import Given
from functions.ingest.providers.rows.instruments import settled
from functions.ingest.providers.session import OK, ProviderSession, Reply

URL = "https://api.tiingo.com"
KEY = "TIINGO_API_KEY"
FIRST_DAY = date(1962, 1, 2)
"""Without a start date, Tiingo returns only the latest day."""
EXCHANGES = {
    "NYSE": "XNYS",
    "NASDAQ": "XNAS",
    "NYSE ARCA": "ARCX",
    "NYSE MKT": "XASE",
    "BATS": "BATS",
}
"""The MICs of Tiingo's exchange codes."""
OVER_QUOTA = "you have run over your"
SHOWN = 200

log = logging.getLogger(__name__)


class TiingoProvider:
    """Adjusted daily prices of US listings. `clock` returns the time in epoch seconds."""

    name = "tiingo"
    gives_all = True
    schedule = Schedule(timedelta(hours=1, minutes=30))

    def __init__(
        self,
        key: str,
        session: Callable[..., ProviderSession],
        clock: Callable[[], float],
        url: str = URL,
    ) -> None:
        self._http = session(self.name, headers={"authorization": f"Token {key}"}, secrets=(key,))
        self._clock = clock
        self._url = url.rstrip("/")

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        now = datetime.fromtimestamp(self._clock(), timezone.utc)
        today = now.astimezone(ZoneInfo("America/New_York")).date()
        reply = self._http.get(
            f"{self._address(symbol)}/prices",
            {
                "startDate": (since or FIRST_DAY).isoformat(),
                "endDate": today.isoformat(),
                "format": "json",
                "resampleFreq": "daily",
            },
        )
        refused = self._refusal(symbol, reply, now)
        if refused:
            raise refused
        given = _given(self._http.parsed(reply, list[_Row | None]))
        if given.is_unreadable:
            raise self._http.unexpected(reply)
        told = self._told(symbol) if since is None else UNKNOWN
        return clean(self.name, symbol, given, today, settled(symbol, told, given.rows))

    def _told(self, symbol: str) -> Instrument:
        """Tiingo's facts about the symbol. Empty if Tiingo fails, because they are optional."""
        try:
            about = self._http.parsed(self._http.get(self._address(symbol), {}))
            exchange = EXCHANGES.get(str(about.get("exchangeCode", "")).upper(), "")
            return Instrument(str(about.get("name") or ""), exchange)
        except (TemporaryError, AttributeError) as error:
            log.warning("Tiingo returned no facts about %s: %s", symbol, error)
            return UNKNOWN

    def _address(self, symbol: str) -> str:
        return f"{self._url}/tiingo/daily/{quote(symbol.replace('.', '-'))}"

    def _refusal(self, symbol: str, reply: Reply, now: datetime) -> StockcastError | None:
        if reply.status == OK:
            if not reply.text[:SHOWN].lstrip(' "').lower().startswith(OVER_QUOTA):
                return None
            message = (
                f"Tiingo's monthly quota of symbols is used up: {self._http.quoted(reply.text)}."
            )
            return ThrottledError(message, retry_after_s=_until_next_month_s(now))
        if not reply.says("detail"):
            return None
        if reply.status in {401, 403}:
            message = f"Tiingo rejects the key ({reply.status}). Set {KEY} to a valid one."
            return KeyRefusedError(message)
        if reply.status == 404:  # noqa: PLR2004
            return UnknownSymbolError(f"Tiingo has no prices of {symbol}. Check the ticker.")
        return None


class _Row(msgspec.Struct, gc=False):
    """A day in Tiingo's answer. Fields can have any type."""

    date: Any = None
    open: Any = None
    high: Any = None
    low: Any = None
    close: Any = None
    volume: Any = None
    adjClose: Any = None  # noqa: N815 - Tiingo's name
    divCash: Any = 0.0  # noqa: N815 - Tiingo's name
    splitFactor: Any = 1.0  # noqa: N815 - Tiingo's name


NO_ROW = _Row()
cells_of = attrgetter(*_Row.__struct_fields__)


def _given(rows: Iterable[_Row | None]) -> Given:
    told = [cells_of(row or NO_ROW) for row in rows]
    return Given.in_columns(zip(*told, strict=True)) if told else Given()


def _until_next_month_s(now: datetime) -> float:
    year, month = divmod(now.year * 12 + now.month, 12)
    return (datetime(year, month + 1, 1, tzinfo=timezone.utc) - now).total_seconds()
