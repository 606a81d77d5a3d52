"""Prices from Tiingo.

https://www.tiingo.com/documentation/end-of-day
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from functions.common.errors import (
    KeyRefusedError,
    StockcastError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices.history import PriceRow
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.ingest.providers import Fetched
from functions.ingest.providers.cleaning import GivenRow, clean, each, number
from functions.ingest.providers.instruments import settled
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.session import OK, ProviderSession, Reply

URL = "https://api.tiingo.com"
KEY = "TIINGO_API_KEY"
FIRST_DAY = date(1962, 1, 2)
"""Without a start, Tiingo answers with the latest day alone."""
EXCHANGES = {
    "NYSE": "XNYS",
    "NASDAQ": "XNAS",
    "NYSE ARCA": "ARCX",
    "NYSE MKT": "XASE",
    "BATS": "BATS",
}
"""Tiingo's codes of exchanges, and their MICs."""
OVER_QUOTA = "you have run over your"
DATE_LENGTH = 10

log = logging.getLogger(__name__)


class TiingoProvider:
    """Adjusted daily prices of US listings. `clock` gives the time in epoch seconds."""

    name = "tiingo"
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
        rows = self._http.parsed(reply)
        if not isinstance(rows, list):
            raise self._http.unexpected(reply)
        given = each(rows, _given)
        if given and not any(given):
            raise self._http.unexpected(reply)
        told = self._told(symbol) if since is None else UNKNOWN
        return clean(self.name, symbol, given, today, settled(symbol, told, given))

    def _told(self, symbol: str) -> Instrument:
        """What Tiingo says of the symbol; nothing where it does not answer: prices do without."""
        try:
            about = self._http.parsed(self._http.get(self._address(symbol), {}))
            exchange = EXCHANGES.get(str(about.get("exchangeCode", "")).upper(), "")
            return Instrument(str(about.get("name") or ""), exchange)
        except (TemporaryError, AttributeError) as error:
            log.warning("Tiingo does not say what %s is: %s", symbol, error)
            return UNKNOWN

    def _address(self, symbol: str) -> str:
        return f"{self._url}/tiingo/daily/{quote(symbol.replace('.', '-'))}"

    def _refusal(self, symbol: str, reply: Reply, now: datetime) -> StockcastError | None:
        if reply.status == OK and reply.text.lstrip(' "').lower().startswith(OVER_QUOTA):
            message = (
                f"Tiingo's monthly quota of symbols is used up: {self._http.quoted(reply.text)}."
            )
            return ThrottledError(message, retry_after_s=_until_next_month_s(now))
        if not reply.says("detail"):
            return None
        if reply.status in {401, 403}:
            message = f"Tiingo refuses the key ({reply.status}); set {KEY} to a valid one."
            return KeyRefusedError(message)
        if reply.status == 404:  # noqa: PLR2004
            return UnknownSymbolError(f"Tiingo has no prices of {symbol}; check the ticker.")
        return None


def _given(row: Mapping[str, Any]) -> GivenRow:
    return GivenRow(
        PriceRow(
            date.fromisoformat(row["date"][:DATE_LENGTH]),
            number(row.get("open")),
            number(row.get("high")),
            number(row.get("low")),
            number(row.get("close")),
            number(row.get("volume")),
            number(row["adjClose"]),
        ),
        dividend=number(row.get("divCash", 0)),
        split=number(row.get("splitFactor", 1)),
    )


def _until_next_month_s(now: datetime) -> float:
    year, month = divmod(now.year * 12 + now.month, 12)
    return (datetime(year, month + 1, 1, tzinfo=timezone.utc) - now).total_seconds()
