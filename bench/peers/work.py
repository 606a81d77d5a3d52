"""The two stages of a peer, and the storage of its results."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

import redis
from msgspec import structs

from functions.common.config import Environment, S3Settings
from functions.common.messages.events import ForecastRequested, PricesIngested
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore, StoredPrices
from functions.forecast.handlers.forecast import computed
from functions.forecast.prices.cache import RecentPrices
from functions.ingest.freshness.policy import Kept
from functions.ingest.handlers import pointing_to

PROVIDER = "sample"
KEPT_S = 600
SEEN_S = 1.0
"""Stockcast's ingest also remembers fresh prices for this time."""

_seen: dict[str, tuple[float, StoredPrices]] = {}


@lru_cache(maxsize=1)
def prices() -> PriceStore:
    return PriceStore(Bucket(S3Settings.read(Environment(os.environ))))


@lru_cache(maxsize=1)
def recent() -> RecentPrices:
    return RecentPrices(prices())


@lru_cache(maxsize=1)
def answers() -> redis.Redis:
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def ingest(question: dict[str, Any]) -> dict[str, Any]:
    """The first stage: find the prices for the question."""
    symbol = question["symbol"]
    seen = _seen.get(symbol)
    if seen is None or time.monotonic() - seen[0] > SEEN_S:
        stored = prices().head(PriceStore.key_of(PROVIDER, symbol))
        if stored is None:
            message = f"There are no prices of {symbol}. Ask Stockcast first."
            raise RuntimeError(message)
        _seen[symbol] = seen = time.monotonic(), stored
    asked = ForecastRequested(question["id"], symbol, question["days"], options=question["options"])
    kept = Kept(seen[1], datetime.now(timezone.utc))
    return structs.asdict(pointing_to(kept, asked, "bucket"))


def forecast(ingested: dict[str, Any]) -> bytes:
    """The second stage: compute the result as JSON."""
    event = PricesIngested(**ingested)
    stored = recent().get(event.key, event.etag)
    if stored is None:
        message = f"The prices {event.key} are gone."
        raise RuntimeError(message)
    return computed(event, stored, datetime.now(timezone.utc).date())


def keep(request_id: str, result: bytes) -> None:
    """Store the result, and wake the process that waits for it."""
    pipe = answers().pipeline()
    pipe.set(f"peer:{request_id}", result, ex=KEPT_S)
    pipe.lpush(f"peer:{request_id}:done", b"1")
    pipe.expire(f"peer:{request_id}:done", KEPT_S)
    pipe.execute()
