"""The two stages as Dramatiq actors."""

from __future__ import annotations

import os
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peers import work

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))


@dramatiq.actor
def ingest(question: dict[str, Any]) -> None:
    """Find the prices, then queue the forecast."""
    forecast.send(work.ingest(question))


@dramatiq.actor
def forecast(ingested: dict[str, Any]) -> None:
    """Compute and store the forecast."""
    work.keep(ingested["request_id"], work.forecast(ingested))


def submit(question: dict[str, Any]) -> None:
    """Queue a question."""
    ingest.send(question)
