"""Daily prices from Alpha Vantage.

https://www.alphavantage.co/documentation/#daily

Adjusted prices and whole histories need a paid plan. A free key gives the latest 100 days, not
adjusted. The notes say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from functions.common.errors import (
    KeyRefusedError,
    StockcastError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices import exchanges
from functions.common.prices.history import PriceRow
from functions.common.prices.instrument import Instrument
from functions.ingest.providers import Fetched
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.given import Given, GivenRow, decimal, each
from functions.ingest.providers.rows.instruments import settled
from functions.ingest.providers.rows.minor_units import in_whole_units
from functions.ingest.providers.session import ProviderSession

URL = "https://www.alphavantage.co"
KEY = "ALPHAVANTAGE_API_KEY"
PLAN = "ALPHAVANTAGE_PLAN"
FREE, PREMIUM = "free", "premium"
SERIES = "Time Series (Daily)"
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


class AlphaVantageProvider:
    """Prices as traded (`plan` free) or adjusted (premium). `clock` returns epoch seconds."""

    name = "alphavantage"
    schedule = Schedule(timedelta(hours=5))

    def __init__(
        self,
        key: str,
        session: Callable[..., ProviderSession],
        clock: Callable[[], float],
        plan: str = FREE,
        url: str = URL,
    ) -> None:
        self._http = session(self.name, secrets=(key,))
        self._key = key
        self._clock = clock
        self._is_premium = self.gives_all = plan == PREMIUM
        self._url = url.rstrip("/")

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        now = datetime.fromtimestamp(self._clock(), timezone.utc)
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
        document = self._http.parsed(reply)
        refused = self._refusal(symbol, document, now) if isinstance(document, dict) else None
        if refused:
            raise refused
        try:
            given = each(document[SERIES].items(), _given)
        except (TypeError, KeyError, AttributeError):
            raise self._http.unexpected(reply) from None
        if given and not any(given):
            raise self._http.unexpected(reply)
        return self._cleaned(symbol, given, since, now)

    def _cleaned(
        self, symbol: str, given: list[GivenRow | None], since: date | None, now: datetime
    ) -> Fetched:
        if since:
            given = [one for one in given if one is None or one.row.date >= since]
        exchange = exchanges.of_symbol(symbol)
        instrument = settled(symbol, Instrument(), Given.of(given).rows)
        is_british = exchange is not None and exchange.mic == "XLON"
        given, doubts = in_whole_units("Alpha Vantage", symbol, "GBX" if is_british else "", given)
        if not self._is_premium:
            doubts = (*doubts, NOT_ADJUSTED)
        last = self.schedule.due(now, instrument.sessions)
        return clean(self.name, symbol, Given.of(given), last, instrument, doubts)

    def _refusal(
        self, symbol: str, document: Mapping[str, Any], now: datetime
    ) -> StockcastError | None:
        """The error in an answer without prices. Its status is always 200."""
        wrong = document.get("Error Message")
        said = document.get("Information") or document.get("Note") or wrong
        if not isinstance(said, str) or SERIES in document:
            return None
        quoted = self._http.quoted(said)
        if "apikey" in said and said == wrong:
            return KeyRefusedError(f"Alpha Vantage rejects the key. Set {KEY} to a valid one.")
        if said == wrong:
            return UnknownSymbolError(f"Alpha Vantage has no prices of {symbol}: {quoted}.")
        if PREMIUM_ONLY.search(said):
            return KeyRefusedError(
                f"The key in {KEY} has no premium plan: {quoted}. Set {PLAN}=free."
            )
        wait_s = _until_tomorrow_s(now) if "per day" in said else 60.0
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


def _given(item: tuple[str, Mapping[str, Any]]) -> GivenRow:
    day, told = item
    by_name = {name.partition(". ")[2]: value for name, value in told.items()}
    close = decimal(by_name["close"])
    return GivenRow(
        PriceRow(
            date.fromisoformat(day),
            decimal(by_name.get("open")),
            decimal(by_name.get("high")),
            decimal(by_name.get("low")),
            close,
            decimal(by_name.get("volume")),
            decimal(by_name["adjusted close"]) if "adjusted close" in by_name else close,
        ),
        dividend=decimal(by_name.get("dividend amount", "0")),
        split=decimal(by_name.get("split coefficient", "1")),
    )


def _until_tomorrow_s(now: datetime) -> float:
    """The seconds until the daily limit restarts, at midnight in New York."""
    local = now.astimezone(ZoneInfo("America/New_York"))
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), local.tzinfo)
    return (midnight - now).total_seconds()
