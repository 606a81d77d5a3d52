"""Prices from Nasdaq Data Link, formerly Quandl.

https://docs.data.nasdaq.com/docs/time-series
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from functions.common.errors import (
    KeyRefusedError,
    RequestError,
    StockcastError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices.instrument import UNKNOWN
from functions.ingest.providers import Fetched
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.given import Given
from functions.ingest.providers.rows.instruments import settled
from functions.ingest.providers.session import OK, RETRY_AFTER_S, ProviderSession, Reply

URL = "https://data.nasdaq.com"
KEY = "NASDAQ_DATA_LINK_API_KEY"
DATABASE = "NASDAQ_DATA_LINK_DATABASE"
WIKI = "WIKI"
WIKI_ENDS = date(2018, 3, 27)
LAG = timedelta(hours=5, minutes=30)
"""About how long after the close its end-of-day databases are corrected."""
FIRST_DAY = date(1950, 1, 1)
ERROR_CODE = re.compile(r"QE([A-Z])")
DIVIDEND = ("exdividend", "dividend")
SPLIT = ("splitratio", "split")


class NasdaqProvider:
    """Adjusted daily prices of one database. `clock` returns the time in epoch seconds."""

    name = "nasdaq"
    gives_all = True

    def __init__(
        self,
        key: str,
        session: Callable[..., ProviderSession],
        clock: Callable[[], float],
        database: str = WIKI,
        url: str = URL,
    ) -> None:
        self._http = session(self.name, headers={"x-api-token": key}, secrets=(key,))
        self._clock = clock
        self._database = database
        self._url = url.rstrip("/")
        self.schedule = Schedule(LAG, WIKI_ENDS if database == WIKI else None)

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        now = datetime.fromtimestamp(self._clock(), timezone.utc)
        today = now.astimezone(ZoneInfo("America/New_York")).date()
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
        document = self._http.parsed(reply)
        try:
            data = document["dataset_data"]
            given = _given(data["column_names"], data["data"])
        except (TypeError, KeyError, AttributeError):
            raise self._http.unexpected(reply) from None
        if given.is_unreadable:
            raise self._http.unexpected(reply)
        return clean(self.name, symbol, given, today, settled(symbol, UNKNOWN, given.rows))

    def _refusal(self, symbol: str, reply: Reply) -> StockcastError:
        """The error for the letter after QE: https://docs.data.nasdaq.com/docs/error-codes"""
        try:
            error = json.loads(reply.text)["quandl_error"]
            letter = ERROR_CODE.match(error["code"])[1]  # type: ignore[index] # caught below
            said = self._http.quoted(f"{error['code']}: {error.get('message', '')}")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return self._http.unexpected(reply)
        wait_s = RETRY_AFTER_S if reply.retry_after_s is None else reply.retry_after_s
        of_class: dict[str, StockcastError] = {
            "L": ThrottledError(
                f"Nasdaq Data Link's limit is reached: {said}.", retry_after_s=wait_s
            ),
            "A": self._key_refused(said),
            "P": KeyRefusedError(
                f"The key in {KEY} has no access to the database {self._database} ({said})."
                f" Subscribe to it, or set {DATABASE} to one that you can access."
            ),
            "C": UnknownSymbolError(
                f"Nasdaq Data Link has no prices of {symbol} in {self._database} ({said})."
            ),
            "S": RequestError(f"Nasdaq Data Link does not accept {symbol}: {said}."),
        }
        failed = TemporaryError(f"Nasdaq Data Link failed: {said}.", retry_after_s=wait_s)
        return of_class.get(letter, failed)

    @staticmethod
    def _key_refused(said: str) -> KeyRefusedError:
        return KeyRefusedError(
            f"Nasdaq Data Link rejects the key ({said}). Set {KEY} to a valid one."
        )


def _given(names: Sequence[str], rows: Sequence[Any]) -> Given:
    """The rows. Columns are found by name, ignoring punctuation that differs by database."""
    if not rows:
        return Given()
    none = [None] * len(names)
    table = [row if isinstance(row, list) and len(row) == len(names) else none for row in rows]
    named = {re.sub("[^a-z]", "", name.lower()): at for at, name in enumerate(names)}
    columns = list(zip(*table, strict=True))

    def column(*wanted: str, otherwise: float | None = None) -> Sequence[Any]:
        found = [columns[named[name]] for name in wanted if name in named]
        return found[0] if found else [otherwise] * len(table)

    prices = (column(name) for name in ("open", "high", "low", "close", "volume"))
    dividends, splits = column(*DIVIDEND, otherwise=0.0), column(*SPLIT, otherwise=1.0)
    adjusted = columns[named["adjclose"]]
    return Given.in_columns((columns[named["date"]], *prices, adjusted, dividends, splits))
