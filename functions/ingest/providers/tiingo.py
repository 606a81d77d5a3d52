"""Tiingo's end-of-day prices. https://www.tiingo.com/documentation/end-of-day"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timezone
from typing import Any
from urllib.parse import quote

from functions.common.errors import (
    KeyRefusedError,
    StockcastError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices.history import PriceRow
from functions.ingest.providers import Fetched
from functions.ingest.providers.cleaning import GivenRow, clean, each, number
from functions.ingest.providers.publication import NEW_YORK, Schedule
from functions.ingest.providers.session import OK, ProviderSession, Reply

URL = "https://api.tiingo.com"
KEY = "TIINGO_API_KEY"
FIRST_DAY = date(1962, 1, 2)
"""Without a start, Tiingo answers with the latest day alone."""
OVER_QUOTA = "you have run over your"
DATE_LENGTH = 10


class TiingoProvider:
    """Adjusted daily prices of US listings. `clock` gives the time in epoch seconds."""

    name = "tiingo"
    schedule = Schedule(publishes=time(17, 30))

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
        today = now.astimezone(NEW_YORK).date()
        reply = self._http.get(
            f"{self._url}/tiingo/daily/{quote(symbol.replace('.', '-'))}/prices",
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
        return clean(self.name, symbol, given, today)

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
