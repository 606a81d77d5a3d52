"""The two stages as Celery tasks."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

from bench.peers import work

app = Celery("peer", broker=os.environ["REDIS_URL"])
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_serializer="json",
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@app.task(name="peer.ingest")
def ingest(question: dict[str, Any]) -> None:
    forecast.delay(work.ingest(question))


@app.task(name="peer.forecast")
def forecast(ingested: dict[str, Any]) -> None:
    work.keep(ingested["request_id"], work.forecast(ingested))


def submit(question: dict[str, Any]) -> None:
    ingest.delay(question)
