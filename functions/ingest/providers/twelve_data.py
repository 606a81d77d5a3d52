"""Daily prices from Twelve Data, worldwide.

https://twelvedata.com/docs#time-series
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec

from functions.common.errors import StockcastError, ThrottledError, UnknownSymbolError
from functions.common.prices import exchanges
from functions.common.prices.exchanges import Kind
from functions.common.prices.history import Rows
from functions.common.prices.instrument import Instrument
from functions.ingest.providers import Fetched
from functions.ingest.providers.keyed import KeyedProvider
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.minor_units import whole_currency
from functions.ingest.providers.rows.raw import RawRow, RawRows
from functions.ingest.providers.session import Reply

FIRST_DAY = date(1962, 1, 2)
MOST_ROWS = 5000
NO_DATA = "no data is available"
DAY_S, MINUTE_S = 86_400, 60


class _Row(RawRow):
    """A day in Twelve Data's answer."""

    date: Any = msgspec.field(name="datetime", default=None)


class _Answer(msgspec.Struct):
    """Twelve Data's answer with prices."""

    values: list[_Row | None]
    meta: dict[str, Any]


class TwelveDataProvider(KeyedProvider):
    """Prices adjusted for splits and dividends.

    Twelve Data does not report the days of splits and dividends. The overlap of the tail shows
    whether older prices have changed.
    """

    HEADERS = MappingProxyType({"authorization": "apikey {}"})
    name = "twelvedata"
    schedule = Schedule(timedelta(hours=2))

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`. Returns at most the latest 5000 days."""
        now = self._now()
        reply = self._http.get(
            f"{self._url}/time_series",
            {
                **asked_as(symbol),
                "interval": "1day",
                "start_date": (since or FIRST_DAY).isoformat(),
                "outputsize": str(MOST_ROWS),
                "order": "ASC",
                "adjust": "all",
            },
        )
        error = _error(reply)
        if error:
            if NO_DATA in error["message"].lower():
                return Fetched(symbol, Rows())
            raise self._refusal(symbol, reply, error, now)
        answer = self._http.parsed(reply, _Answer)
        raw = RawRows.of(answer.values, adjusted="close")
        if raw.is_unreadable:
            raise self._http.unexpected(reply)
        facts, code = _instrument(answer.meta), str(answer.meta.get("currency"))
        last = partial(self.schedule.due, now)
        return clean(self.name, symbol, raw, last, facts, currency=code)

    def _refusal(
        self, symbol: str, reply: Reply, error: Mapping[str, Any], now: datetime
    ) -> StockcastError:
        """The error for the `code` in an answer: https://twelvedata.com/docs#errors"""
        reason = self._http.quoted(error["message"])
        code = error.get("code")
        if code == 401:  # noqa: PLR2004
            return self._key_refused()
        if code == 429:  # noqa: PLR2004
            seconds = now.timestamp()
            window = DAY_S if "day" in error["message"] else MINUTE_S
            wait_s = window - seconds % window
            return ThrottledError(
                f"Twelve Data's limit is reached: {reason}.", retry_after_s=wait_s
            )
        if code in {400, 403, 404}:
            return UnknownSymbolError(f"Twelve Data has no prices of {symbol}: {reason}.")
        return self._http.unexpected(reply)


def _error(reply: Reply) -> Mapping[str, Any] | None:
    """Twelve Data's own error object, with `code` and `message`. None if there is none."""
    document = reply.json
    is_error = isinstance(document, dict) and document.get("status") == "error"
    return document if is_error and isinstance(document.get("message"), str) else None


def asked_as(symbol: str) -> dict[str, str]:
    """Twelve Data's parameters for a symbol, such as VOD and XLON, EUR/USD, BTC/USD or BRK.B."""
    kind = exchanges.kind_of(symbol)
    exchange = exchanges.of_symbol(symbol)
    if kind is Kind.CRYPTO:
        return {"symbol": "/".join(symbol.rsplit("-", 1))}
    if kind is Kind.CURRENCY and (pair := exchanges.PAIR.fullmatch(symbol)):
        base, quote = pair.groups()
        return {"symbol": f"{base or 'USD'}/{quote}"}
    if exchange:
        return {"symbol": symbol.rsplit(".", 1)[0], "mic_code": exchange.mic}
    return {"symbol": symbol.replace("-", ".")}


def _instrument(about: Mapping[str, Any]) -> Instrument:
    currency = str(about.get("currency") or about.get("currency_quote") or "")
    return Instrument(
        exchange=str(about.get("mic_code") or ""),
        currency=whole_currency(currency) if len(currency) == len("USD") else "",
        timezone=str(about.get("exchange_timezone") or ""),
    )
