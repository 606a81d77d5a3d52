"""The ingest function: answers `forecast.requested` with `prices.ingested`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import flask
import functions_framework

from functions.common import collector, forked_workers, late_imports, logs  # noqa: F401 - late_imports acts
from functions.common.cloudevents.adapter import EventFunction, Handler
from functions.common.cloudevents.wsgi import Answer
from functions.common.config import Environment, read_or_exit
from functions.common.event_functions import Stores, below_flask, event_function
from functions.common.messages.events import (
    ForecastRequested,
    PricesRefresh,
    PricesUploaded,
    WarmupRequested,
)
from functions.common.prices.uploads import UploadedFiles
from functions.common.request_heads import bound_gunicorn
from functions.common.requests.metrics import Counters
from functions.common.requests.missing_prices import MissingPrices
from functions.common.requests.upload_outcomes import UploadOutcomes
from functions.ingest import symbol_directory
from functions.ingest.freshness.update import FreshPrices
from functions.ingest.freshness.uploads import AnyPrices, UploadedPrices, Uploading
from functions.ingest.handlers import Ingestion, Upkeep
from functions.ingest.providers import sources
from functions.ingest.providers.budget import Budget
from functions.ingest.providers.session import ProviderSession
from functions.ingest.settings import Settings

bound_gunicorn()
forked_workers.end_at_sigterm()
settings = read_or_exit("ingest", Settings.read, Environment(os.environ))
logs.configure("ingest", settings.sinks.log_level)


def build() -> EventFunction:
    """The function, wired to its stores. Nothing connects before its first use."""
    stores = Stores(settings.redis, settings.s3)
    redis, bucket, prices = stores.redis, stores.bucket, stores.prices

    def session_of(provider: str) -> Callable[..., ProviderSession]:
        budget = Budget(redis, provider, settings.limits[provider])
        count = partial(Counters(stores.steps).add, "provider", provider)
        return partial(ProviderSession, spend=budget.spend, count=count)

    fresh = FreshPrices(
        sources.providers(settings.prices, session_of, time.time),
        prices,
        stores.claims,
        max_age_s=settings.prices.price_max_age_s,
        stale_ok_s=settings.prices.stale_ok_s,
        clock=time.time,
    )
    files = UploadedFiles(bucket)
    uploaded = UploadedPrices(files, prices, settings.upload_ttl_s, time.time)
    every = AnyPrices(uploaded, fresh)
    has_live_prices = settings.prices.providers != ("sample",)
    refresh = partial(symbol_directory.refresh, bucket, settings.symbols_url)
    upkeep = Upkeep(
        every, settings.watchlist, refresh if has_live_prices else None, MissingPrices(redis)
    )
    handlers: dict[Any, Handler] = {
        ForecastRequested: Ingestion(every, settings.s3.bucket).ingest,
        PricesRefresh: upkeep.refresh,
        WarmupRequested: upkeep.warm_up,
        PricesUploaded: Uploading(uploaded, UploadOutcomes(redis)).take,
    }
    return event_function("ingest", handlers, stores, settings.sinks, PricesRefresh())


answer = below_flask(build)


@functions_framework.http
def ingest(request: flask.Request) -> Answer:
    """Answer one HTTP request if it reaches Flask after all."""
    return answer(request)


collector.resume()
