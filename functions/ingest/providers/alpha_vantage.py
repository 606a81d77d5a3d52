"""Daily prices from Alpha Vantage.

https://www.alphavantage.co/documentation/#daily

Adjusted prices and whole histories need a paid plan. A free key gives the latest 100 days, not
adjusted. The notes say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from functions.common.errors import (
    KeyRefusedError,
    StockcastError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices import exchanges
from functions.common.prices.instrument import UNKNOWN
from functions.ingest.providers import Fetched
from functions.ingest.providers.keyed import KeyedProvider
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.raw import RawRow, RawRows
from functions.ingest.providers.session import ProviderSession

KEY = "ALPHAVANTAGE_API_KEY"
PLAN = "ALPHAVANTAGE_PLAN"
FREE, PREMIUM = "free", "premium"
SUFFIXES = {
    "XLON": "LON",
    "XTSE": "TRT",
    "XTSX": "TRV",
    "XETR": "DEX",
    "XBOM": "BSE",
    "XSHG": "SHH",
    "XSHE": "SHZ",
}
"""Alpha Vantage's suffixes of exchanges, which differ from Yahoo's."""
COMPACT = timedelta(days=120)
"""A compact answer has 100 sessions, which cover more days than this."""
NOT_ADJUSTED = (
    "Alpha Vantage's free prices cover the latest 100 days and are not adjusted for splits and"
    " dividends."
)
PREMIUM_ONLY = re.compile("premium (endpoint|feature)", re.IGNORECASE)


class _Row(RawRow):
    """A day in Alpha Vantage's answer, without the numbers before the names."""

    adj_close: Any = msgspec.field(name="adjusted close", default=None)
    dividend: Any = msgspec.field(name="dividend amount", default=0.0)
    split: Any = msgspec.field(name="split coefficient", default=1.0)


class _Answer(
    msgspec.Struct,
    rename={
        "series": "Time Series (Daily)",
        "information": "Information",
        "note": "Note",
        "wrong": "Error Message",
    },
):
    """Alpha Vantage's answer: the prices by day, or the reason why there are none."""

    series: dict[str, dict[str, Any]] | None = None
    information: str | None = None
    note: str | None = None
    wrong: str | None = None


class AlphaVantageProvider(KeyedProvider):
    """Prices as traded (`plan` free) or adjusted (premium)."""

    name = "alphavantage"
    schedule = Schedule(timedelta(hours=5))

    def __init__(
        self,
        key: str,
        session: Callable[..., ProviderSession],
        clock: Callable[[], float],
        url: str,
        plan: str = FREE,
    ) -> None:
        super().__init__(key, session, clock, url)
        self._is_premium = self.gives_all = plan == PREMIUM

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        now = self._now()
        is_recent = since is not None and since > now.date() - COMPACT
        adjusted = "_ADJUSTED" if self._is_premium else ""
        reply = self._http.get(
            f"{self._url}/query",
            {
                "function": f"TIME_SERIES_DAILY{adjusted}",
                "symbol": asked_as(symbol),
                "outputsize": "full" if self._is_premium and not is_recent else "compact",
                "apikey": self._key,
            },
        )
        answer = self._http.parsed(reply, _Answer)
        if answer.series is None:
            raise self._refusal(symbol, answer, now) or self._http.unexpected(reply)
        rows = [_row(day, cells) for day, cells in answer.series.items()]
        adjusted = "adj_close" if self._is_premium else "close"
        raw = RawRows.of(rows, adjusted=adjusted, since=since)
        if raw.is_unreadable:
            raise self._http.unexpected(reply)
        exchange = exchanges.of_symbol(symbol)
        return clean(
            self.name,
            symbol,
            raw,
            partial(self.schedule.due, now),
            UNKNOWN,
            currency="GBX" if exchange and exchange.mic == "XLON" else "",
            doubts=() if self._is_premium else (NOT_ADJUSTED,),
        )

    def _refusal(self, symbol: str, answer: _Answer, now: datetime) -> StockcastError | None:
        """The error in an answer without prices. Its status is always 200."""
        reason = answer.information or answer.note or answer.wrong
        if reason is None:
            return None
        quoted = self._http.quoted(reason)
        if "apikey" in reason and reason == answer.wrong:
            return self._key_refused()
        if reason == answer.wrong:
            return UnknownSymbolError(f"Alpha Vantage has no prices of {symbol}: {quoted}.")
        if PREMIUM_ONLY.search(reason):
            return KeyRefusedError(
                f"The key in {KEY} has no premium plan: {quoted}. Set {PLAN}=free."
            )
        wait_s = _until_tomorrow_s(now) if "per day" in reason else 60.0
        return ThrottledError(f"Alpha Vantage's limit is reached: {quoted}.", retry_after_s=wait_s)


def asked_as(symbol: str) -> str:
    """Alpha Vantage's name of a symbol, such as VOD.LON or BRK-B.

    Raises UnknownSymbolError if it does not cover the exchange.
    """
    exchange = exchanges.of_symbol(symbol)
    if exchange is None:
        return symbol.replace(".", "-")
    if exchange.mic not in SUFFIXES:
        message = f"Alpha Vantage has no prices of {symbol}: it does not cover {exchange.name}."
        raise UnknownSymbolError(message)
    return f"{symbol.rsplit('.', 1)[0]}.{SUFFIXES[exchange.mic]}"


def _row(day: str, cells: dict[str, Any]) -> _Row:
    by_name = {name.partition(". ")[2]: value for name, value in cells.items()}
    return msgspec.convert({**by_name, "date": day}, _Row)


def _until_tomorrow_s(now: datetime) -> float:
    """The seconds until the daily limit restarts, at midnight in New York."""
    local = now.astimezone(ZoneInfo("America/New_York"))
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), local.tzinfo)
    return (midnight - now).total_seconds()
