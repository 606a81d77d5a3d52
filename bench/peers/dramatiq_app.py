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
    forecast.send(work.ingest(question))


@dramatiq.actor
def forecast(ingested: dict[str, Any]) -> None:
    work.keep(ingested["request_id"], work.forecast(ingested))


def submit(question: dict[str, Any]) -> None:
    ingest.send(question)
