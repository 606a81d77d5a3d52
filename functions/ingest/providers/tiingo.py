"""Prices from Tiingo.

https://www.tiingo.com/documentation/end-of-day
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from functions.common.errors import (
    StockcastError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.ingest.providers import Fetched
from functions.ingest.providers.keyed import KeyedProvider
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.raw import RawRow, RawRows
from functions.ingest.providers.session import OK, Reply

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


class TiingoProvider(KeyedProvider):
    """Adjusted daily prices of US listings."""

    HEADERS = MappingProxyType({"authorization": "Token {}"})
    name = "tiingo"
    schedule = Schedule(timedelta(hours=1, minutes=30))

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        now = self._now()
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
        raw = RawRows.of(self._http.parsed(reply, list[_Row | None]))
        if raw.is_unreadable:
            raise self._http.unexpected(reply)
        del reply  # it is large, and other threads fetch, too
        facts = self._facts(symbol) if since is None else UNKNOWN
        return clean(self.name, symbol, raw, lambda _: today, facts)

    def _facts(self, symbol: str) -> Instrument:
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
        if not (isinstance(reply.json, dict) and "detail" in reply.json):
            return None
        if reply.status in {401, 403}:
            return self._key_refused(f" ({reply.status})")
        if reply.status == 404:  # noqa: PLR2004
            return UnknownSymbolError(f"Tiingo has no prices of {symbol}. Check the ticker.")
        return None


class _Row(RawRow):
    """A day in Tiingo's answer."""

    adj_close: Any = msgspec.field(name="adjClose", default=None)
    dividend: Any = msgspec.field(name="divCash", default=0.0)
    split: Any = msgspec.field(name="splitFactor", default=1.0)


def _until_next_month_s(now: datetime) -> float:
    year, month = divmod(now.year * 12 + now.month, 12)
    return (datetime(year, month + 1, 1, tzinfo=timezone.utc) - now).total_seconds()
