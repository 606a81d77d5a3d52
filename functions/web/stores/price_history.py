"""Reads a symbol's daily prices from S3 for the API."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from functions.common.config import S3Settings
from functions.common.errors import InvalidFieldError, InvalidMessageError, TemporaryError
from functions.common.messages.fields import upper
from functions.common.messages.submissions import HistoryQuery
from functions.common.prices import history as prices
from functions.common.prices import uploads
from functions.common.prices.bucket import Bucket, connect_lightly
from functions.common.prices.store import PriceStore, StoredPrices

SHOWN = ("close", "adj_close", "volume")
DIGITS = 10
"""The number of significant digits of an adjusted close."""


class Wanted(Struct, frozen=True):
    """The requested prices. `start` and `end` are ISO dates, or empty for no limit."""

    symbol: str
    start: str
    end: str


class PriceHistories:
    """Finds prices without waiting for S3 in the event loop."""

    def __init__(self, settings: S3Settings | None, providers: Sequence[str]) -> None:
        self._prices = PriceStore(Bucket(settings, connect_lightly)) if settings else None
        self._providers = providers

    async def find(self, symbol: str) -> StoredPrices | None:
        """The stored prices with the latest end, which forecasts use, or None if there are none.

        Raises TemporaryError if web has no bucket, or S3 does not answer.
        """
        if self._prices is None:
            message = "There are no price histories, because S3_BUCKET is not set for web."
            raise TemporaryError(message)
        return await asyncio.to_thread(self._read, self._prices, symbol)

    async def known(self, symbol: str) -> StoredPrices | None:
        """The metadata of the prices that `find` returns, without reading the prices.

        Returns None if there are no prices, web has no bucket, or S3 does not answer.
        """
        if self._prices is None:
            return None
        with suppress(TemporaryError):
            return await asyncio.to_thread(self._latest, self._prices, symbol)
        return None

    def _latest(self, store: PriceStore, symbol: str) -> StoredPrices | None:
        providers = [uploads.PROVIDER] if uploads.is_upload(symbol) else self._providers
        held = store.held(symbol, providers)
        return held[0] if held else None

    def _read(self, store: PriceStore, symbol: str) -> StoredPrices | None:
        held = self._latest(store, symbol)
        return store.get(held.key) if held else None


def read_query(symbol: str, query: Mapping[str, str]) -> Wanted:
    """Read the path and the query. Raises InvalidMessageError if a field is invalid."""
    given = {name: query[name] for name in ("start", "end") if name in query}
    asked = HistoryQuery.from_data({**given, "symbol": symbol})
    days = (day.isoformat() if day else "" for day in (asked.start, asked.end))
    return Wanted(upper(asked.symbol), *days)


def document(wanted: Wanted, stored: StoredPrices) -> dict[str, Any]:
    """The requested rows as columns, with null for missing values.

    The adjusted closes are the ones that forecasts use: they end at the last traded close.

    Raises InvalidMessageError if there are no prices in the range.
    """
    rows = [line.split(",") for line in stored.body.decode().splitlines()[1:]]
    kept = [
        at
        for at, row in enumerate(rows)
        if wanted.start <= row[0] and (not wanted.end or row[0] <= wanted.end)
    ]
    if rows and not kept:
        field = "start" if wanted.start > rows[0][0] else "end"
        message = (
            f"leaves no prices: those of {wanted.symbol} are from {rows[0][0]} to {rows[-1][0]}."
        )
        raise InvalidMessageError([InvalidFieldError(field, message)])
    columns = {name: [_number(row[prices.COLUMNS.index(name)]) for row in rows] for name in SHOWN}
    adjusted = [math.nan if value is None else value for value in columns["adj_close"]]
    scale = prices.traded_scale(zip(columns["close"][::-1], adjusted[::-1], strict=True))
    columns["adj_close"] = [_rounded(value * scale) for value in adjusted]
    return {
        "symbol": wanted.symbol,
        "currency": stored.instrument.currency or None,
        "provider": stored.provider,
        "fetched_at": stored.fetched_at,
        "dates": [rows[at][0] for at in kept],
        **{name: [column[at] for at in kept] for name, column in columns.items()},
    }


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _rounded(price: float) -> float | None:
    return float(f"{price:.{DIGITS}g}") if math.isfinite(price) else None
