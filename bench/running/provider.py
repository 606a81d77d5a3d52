"""Imitates Tiingo for any number of made-up tickers, with the five series of the sample."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.running.world import SYMBOLS
from functions.common.prices.history import PriceRow
from functions.ingest.providers.sample import SampleProvider
from tests.support.replay import Replay, Tiingo

KEY = "bench"


class ManyTickers(Tiingo):
    """Every ticker has the prices of one of the five stocks. Each answer is built only once."""

    def __init__(self) -> None:
        sample = SampleProvider()
        self._answers = [
            json.dumps([_row(row) for row in sample.fetch(symbol).history.rows])
            for symbol in SYMBOLS
        ]

    def answer(self, path: str, query: object, headers: object) -> tuple[int, dict[str, str], str]:
        """Answer one request. `Replay` calls this."""
        del query, headers
        ticker = path.split("/")[3]
        if self.is_about(path):
            return 200, {}, json.dumps({"ticker": ticker, "name": ticker, "exchangeCode": "NYSE"})
        return 200, {}, self._answers[zlib.crc32(ticker.encode()) % len(self._answers)]


def _row(row: PriceRow) -> dict[str, Any]:
    return {
        "date": f"{row.date}T00:00:00+00:00",
        "open": row.open,
        "high": row.high,
        "low": row.low,
        "close": row.close,
        "volume": row.volume,
        "adjClose": row.adj_close,
        "divCash": 0.0,
        "splitFactor": 1.0,
    }


@contextmanager
def many_tickers() -> Iterator[dict[str, str]]:
    """Run a server with these prices. Yields the environment variables for Stockcast."""
    replay = Replay(ManyTickers())
    try:
        yield {
            "PROVIDERS": "tiingo",
            "TIINGO_API_KEY": KEY,
            "TIINGO_URL": replay.url,
            "TIINGO_HOURLY_BUDGET": "0",
            "TIINGO_DAILY_BUDGET": "0",
        }
    finally:
        replay.close()
