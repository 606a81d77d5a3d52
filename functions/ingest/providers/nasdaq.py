"""Prices from Nasdaq Data Link, formerly Quandl.

https://docs.data.nasdaq.com/docs/time-series
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from functions.common.errors import (
    KeyRefusedError,
    RequestError,
    StockcastError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.ingest.providers import Fetched
from functions.ingest.providers.keyed import KeyedProvider
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.raw import RawRow, RawRows
from functions.ingest.providers.session import OK, RETRY_AFTER_S, ProviderSession, Reply

KEY = "NASDAQ_DATA_LINK_API_KEY"
DATABASE = "NASDAQ_DATA_LINK_DATABASE"
WIKI = "WIKI"
WIKI_ENDS = date(2018, 3, 27)
LAG = timedelta(hours=5, minutes=30)
"""About how long after the close its end-of-day databases are corrected."""
FIRST_DAY = date(1950, 1, 1)
ERROR_CODE = re.compile(r"QE([A-Z])")
FIELDS = {"adjclose": "adj_close", "exdividend": "dividend", "splitratio": "split"}
"""Our names of some columns, which are compared without punctuation, as it differs by database."""


class _Table(msgspec.Struct):
    """The table in an answer."""

    column_names: list[str]
    data: list[Any]

    def __post_init__(self) -> None:
        plain = [re.sub("[^a-z]", "", name.lower()) for name in self.column_names]
        self.column_names = [FIELDS.get(name, name) for name in plain]
        if not {"date", "adj_close"} <= set(self.column_names):
            raise ValueError(self.column_names)

    def row(self, cells: Any) -> RawRow | None:
        """The row in a list of cells. None if it has another length."""
        if not isinstance(cells, list) or len(cells) != len(self.column_names):
            return None
        return msgspec.convert(dict(zip(self.column_names, cells, strict=True)), RawRow)


class _Answer(msgspec.Struct):
    """Nasdaq Data Link's answer with prices."""

    dataset_data: _Table


class NasdaqProvider(KeyedProvider):
    """Adjusted daily prices of one database."""

    HEADERS = MappingProxyType({"x-api-token": "{}"})
    name = "nasdaq"

    def __init__(
        self,
        key: str,
        session: Callable[..., ProviderSession],
        clock: Callable[[], float],
        url: str,
        database: str = WIKI,
    ) -> None:
        super().__init__(key, session, clock, url)
        self._database = database
        self.schedule = Schedule(LAG, WIKI_ENDS if database == WIKI else None)

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        today = self._now().astimezone(ZoneInfo("America/New_York")).date()
        code = re.sub(r"[.\-]", "_", symbol)
        reply = self._http.get(
            f"{self._url}/api/v3/datasets/{quote(self._database)}/{quote(code)}/data.json",
            {
                "start_date": (since or FIRST_DAY).isoformat(),
                "end_date": today.isoformat(),
                "order": "asc",
            },
        )
        if reply.status != OK:
            raise self._refusal(symbol, reply)
        data = self._http.parsed(reply, _Answer).dataset_data
        raw = RawRows.of(map(data.row, data.data))
        if raw.is_unreadable:
            raise self._http.unexpected(reply)
        return clean(self.name, symbol, raw, lambda _: today)

    def _refusal(self, symbol: str, reply: Reply) -> StockcastError:
        """The error for the letter after QE: https://docs.data.nasdaq.com/docs/error-codes"""
        try:
            error = reply.json["quandl_error"]
            letter = ERROR_CODE.match(error["code"])[1]  # type: ignore[index] # caught below
            reason = self._http.quoted(f"{error['code']}: {error.get('message', '')}")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return self._http.unexpected(reply)
        wait_s = RETRY_AFTER_S if reply.retry_after_s is None else reply.retry_after_s
        of_class: dict[str, StockcastError] = {
            "L": ThrottledError(
                f"Nasdaq Data Link's limit is reached: {reason}.", retry_after_s=wait_s
            ),
            "A": self._key_refused(f" ({reason})"),
            "P": KeyRefusedError(
                f"The key in {KEY} has no access to the database {self._database} ({reason})."
                f" Subscribe to it, or set {DATABASE} to one that you can access."
            ),
            "C": UnknownSymbolError(
                f"Nasdaq Data Link has no prices of {symbol} in {self._database} ({reason})."
            ),
            "S": RequestError(f"Nasdaq Data Link does not accept {symbol}: {reason}."),
        }
        failed = TemporaryError(f"Nasdaq Data Link failed: {reason}.", retry_after_s=wait_s)
        return of_class.get(letter, failed)
