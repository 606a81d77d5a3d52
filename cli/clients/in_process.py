"""Answers without a running Stockcast: the same functions, called one after the other."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

from cli.clients.service import Answer
from functions.common.cloudevents.event import json_bytes
from functions.common.config import Environment, S3Settings
from functions.common.messages.events import ForecastRequested
from functions.common.prices.store import PriceStore
from functions.common.requests.claims import Claim, Outcome
from functions.common.requests.record import RequestRecord, Status
from functions.ingest.settings import ProviderSettings

NO_BUCKET = S3Settings(bucket="memory", endpoint_url=None, region="", credentials=None)


class Alone:
    """Claims where there is nobody to share work with: each is granted."""

    @contextmanager
    def claimed(self, key: str) -> Iterator[Claim | Outcome]:
        yield Claim(self, key)

    def complete(self, key: str, value: Any, ttl_s: float) -> None:
        """Nobody asks for it."""


class InProcess:
    """Prices are kept in memory, as long as this process lives; budgets are the providers' own."""

    def __init__(
        self, variables: Mapping[str, str], clock: Callable[[], float] = time.time
    ) -> None:
        from obstore.store import MemoryStore

        from functions.common.prices.bucket import Bucket
        from functions.ingest.freshness.update import FreshPrices
        from functions.ingest.providers import sources

        # What a reader has to know of the prices stands in the result, and need not be logged.
        logging.getLogger("functions").addHandler(logging.NullHandler())
        settings = ProviderSettings.read(Environment(variables))
        self.name = f"prices from {', '.join(settings.providers)}"
        self._clock = clock
        store = MemoryStore()
        self._prices = PriceStore(Bucket(NO_BUCKET, lambda _: store))
        self._fresh = FreshPrices(
            sources.providers(settings, lambda _: _spend_nothing, clock),
            self._prices,
            Alone(),
            max_age_s=settings.price_max_age_s,
            stale_ok_s=settings.stale_ok_s,
            clock=clock,
        )

    def ask(self, resource: str, asked: Mapping[str, Any], tell: Callable[[str], None]) -> Answer:
        """See `Service.ask`."""
        from functions.forecast.handlers.backtest import add_backtest
        from functions.forecast.handlers.forecast import computed
        from functions.ingest.handlers import pointing_to

        requested = _requested(resource, asked)
        at_ms = {Status.QUEUED: self._now_ms()}

        def reach(status: Status) -> None:
            at_ms[status] = self._now_ms()
            tell(status.value)

        reach(Status.INGESTING)
        kept = self._fresh.of(requested.symbol)
        ingested = pointing_to(kept, requested, NO_BUCKET.bucket)
        reach(Status.FORECASTING)
        stored = self._prices.get(kept.stored.key) or kept.stored
        today = datetime.fromtimestamp(self._clock(), timezone.utc).date()
        result = json.loads(computed(ingested, stored, today))
        if result.get("backtest", {}).get("status") == "pending":
            tell("backtesting")
            add_backtest(result, self._prices)
        reach(Status.DONE)
        record = RequestRecord(requested, Status.DONE, at_ms[Status.QUEUED], 0, at_ms)
        return Answer(json_bytes({**record.document(), "result": result}))

    def table(self, answer: Answer) -> bytes:
        """See `Service.table`."""
        from functions.web.api import result_table as csv_table

        return csv_table.table(answer.result).encode()

    def chart(self, answer: Answer) -> bytes:
        """See `Service.chart`."""
        from functions.forecast.handlers.chart import drawn

        return drawn(answer.result)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _requested(resource: str, asked: Mapping[str, Any]) -> ForecastRequested:
    """The event's data for a submission to `/api/{resource}`."""
    request_id = {"request_id": str(uuid.uuid4())}
    if resource == "forecasts":
        return ForecastRequested.from_data({**request_id, **asked})
    named = ("symbol", "kind")
    options = {name: value for name, value in asked.items() if name not in named}
    kind = {name: asked[name] for name in named}
    return ForecastRequested.from_data({**request_id, **kind, "options": options})


def _spend_nothing() -> None:
    """Whoever calls by hand stays below a provider's limits, or hears of them from it."""
