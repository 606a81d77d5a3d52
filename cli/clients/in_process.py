"""Answers without a running Stockcast: calls the same functions one after the other."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

from cli.clients.service import Answer, Batch
from functions.common.cloudevents.event import json_bytes
from functions.common.config import Environment, S3Settings
from functions.common.errors import StockcastError
from functions.common.messages.events import ForecastRequested
from functions.common.prices.store import PriceStore
from functions.common.requests.claims import Claim, Outcome
from functions.common.requests.record import RequestRecord, Status
from functions.ingest.settings import ProviderSettings

FOR_EVER_S = 10 * 365 * 86_400.0
NO_BUCKET = S3Settings(bucket="memory", endpoint_url=None, region="", credentials=None)


class UnsharedClaims:
    """Grants every claim, because no other process shares the work."""

    @contextmanager
    def claimed(self, key: str) -> Iterator[Claim | Outcome]:
        yield Claim(self, key)

    def complete(self, key: str, value: Any, ttl_s: float) -> None:
        """Do nothing: no other process reads the outcome."""


class InProcess:
    """A `Service` in this process, with prices in memory. It does not limit calls to providers."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        from obstore.store import MemoryStore

        from functions.common.prices.bucket import Bucket
        from functions.common.prices.uploads import UploadedFiles
        from functions.ingest.freshness.update import FreshPrices
        from functions.ingest.freshness.uploads import AnyPrices, UploadedPrices
        from functions.ingest.providers import sources
        from functions.ingest.providers.session import ProviderSession
        from functions.ingest.uploads.limits import LOCAL

        # The result already contains everything that the user needs to know about the prices.
        logging.getLogger("functions").addHandler(logging.NullHandler())
        settings = ProviderSettings.read(Environment(variables))
        self.name = f"prices from {', '.join(settings.providers)}"
        store = MemoryStore()
        bucket = Bucket(NO_BUCKET, lambda _: store)
        self._prices = PriceStore(bucket)
        self._files = UploadedFiles(bucket)
        self._uploaded = UploadedPrices(self._files, self._prices, FOR_EVER_S, time.time, LOCAL)
        listed = FreshPrices(
            sources.providers(settings, lambda _: ProviderSession, time.time),
            self._prices,
            UnsharedClaims(),
            max_age_s=settings.price_max_age_s,
            stale_ok_s=settings.stale_ok_s,
            clock=time.time,
        )
        self._every = AnyPrices(self._uploaded, listed)

    def ask(
        self, resource: str, submission: Mapping[str, Any], on_status: Callable[[str], None]
    ) -> Answer:
        from functions.forecast.handlers.backtest import add_backtest
        from functions.forecast.handlers.forecast import computed
        from functions.ingest.handlers import pointing_to

        requested = _requested(resource, submission)
        at_ms = {Status.QUEUED: _now_ms()}

        def reach(status: Status) -> None:
            at_ms[status] = _now_ms()
            on_status(status.value)

        reach(Status.INGESTING)
        kept = self._every.of(requested.symbol)
        ingested = pointing_to(kept, requested, NO_BUCKET.bucket)
        reach(Status.FORECASTING)
        stored = self._prices.get(kept.stored.key) or kept.stored
        today = datetime.now(timezone.utc).date()
        result = json.loads(computed(ingested, stored, today))
        if result.get("backtest", {}).get("status") == "pending":
            on_status("backtesting")
            add_backtest(result, self._prices)
        reach(Status.DONE)
        record = RequestRecord(requested, Status.DONE, at_ms[Status.QUEUED], 0, at_ms)
        return Answer(json_bytes({**record.document(), "result": result}))

    def batch(
        self, submission: Mapping[str, Any], on_progress: Callable[[dict[str, Any]], None]
    ) -> Batch:
        from functions.common.requests.batches import headline
        from functions.web.downloads import batch_table
        from functions.web.stores.batches import Member

        symbols = list(dict.fromkeys(submission["symbols"]))
        common = {name: submission[name] for name in ("days", "model")}
        members: list[Member] = []
        for symbol in symbols:
            try:
                answer = self.ask("forecasts", {"symbol": symbol, **common}, lambda _: None)
            except StockcastError as error:
                members.append(Member(symbol, "", Status.FAILED.value, {}, error.detail))
            else:
                shown = headline(answer.result)
                request_id = answer.document["id"]
                members.append(Member(symbol, request_id, Status.DONE.value, shown, ""))
            failed = sum(one.status == Status.FAILED.value for one in members)
            counts = {"done": len(members) - failed, "failed": failed}
            on_progress({"counts": counts, "total": len(symbols)})
        ranking = json_bytes({"rows": batch_table.ranking(members)})
        return Batch(batch_table.table(members).encode(), ranking, failed)

    def upload(self, body: bytes, name: str, column: str) -> dict[str, Any]:
        from functions.common.prices.uploads import Upload, name_of

        upload = Upload(name_of(name), column, body)
        self._files.put(upload, time.time())
        read = self._uploaded.read(upload.symbol)
        self._uploaded.store(read)
        return read.document()

    def table(self, answer: Answer) -> bytes:
        from functions.web.downloads import result_table as csv_table

        return csv_table.table(answer.result).encode()

    def chart(self, answer: Answer) -> bytes:
        from functions.forecast.handlers.chart import drawn

        return drawn(answer.result)


def _now_ms() -> int:
    return int(time.time() * 1000)


def _requested(resource: str, submission: Mapping[str, Any]) -> ForecastRequested:
    """The event's data for a submission to `/api/{resource}`."""
    request_id = {"request_id": str(uuid.uuid4())}
    if resource == "forecasts":
        return ForecastRequested.from_data({**request_id, **submission})
    named = ("symbol", "kind")
    options = {name: value for name, value in submission.items() if name not in named}
    kind = {name: submission[name] for name in named}
    return ForecastRequested.from_data({**request_id, **kind, "options": options})
