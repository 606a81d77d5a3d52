"""The ingest function: answers `forecast.requested` with `prices.ingested`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial

import flask
import functions_framework

from functions.common import collector, forked_workers, late_imports, logs  # noqa: F401 - late_imports acts
from functions.common.cloudevents.adapter import EventFunction
from functions.common.cloudevents.retries import Retries
from functions.common.cloudevents.signature import Signer
from functions.common.cloudevents.sink import Sink
from functions.common.cloudevents.wsgi import Answer, HttpRequest, answer_below_flask
from functions.common.config import Environment, read_or_exit
from functions.common.lazy import Lazy
from functions.common.messages.events import (
    ForecastRequested,
    PricesRefresh,
    PricesUploaded,
    WarmupRequested,
)
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.common.prices.uploads import UploadedFiles
from functions.common.redis_client import connect, failures_are_temporary
from functions.common.request_heads import bound_gunicorn
from functions.common.requests.claims import Claims
from functions.common.requests.metrics import Counters
from functions.common.requests.missing_prices import MissingPrices
from functions.common.requests.steps import Steps
from functions.common.requests.store import Requests
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
    redis = connect(settings.redis)
    bucket = Bucket(settings.s3)
    prices = PriceStore(bucket)
    requests = Requests(redis, settings.redis)
    claims = Claims(Steps(redis, are_split=settings.redis.cluster))

    def ready() -> None:
        with failures_are_temporary():
            redis.ping()
        prices.check()

    def session_of(provider: str) -> Callable[..., ProviderSession]:
        budget = Budget(redis, provider, settings.limits[provider])
        count = partial(Counters(redis).add, "provider", provider)
        return partial(ProviderSession, spend=budget.spend, count=count)

    fresh = FreshPrices(
        sources.providers(settings.prices, session_of, time.time),
        prices,
        claims,
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
    return EventFunction(
        "ingest",
        {
            ForecastRequested: Ingestion(every, settings.s3.bucket).ingest,
            PricesRefresh: upkeep.refresh,
            WarmupRequested: upkeep.warm_up,
            PricesUploaded: Uploading(uploaded, UploadOutcomes(redis)).take,
        },
        requests=requests,
        sink=Sink(settings.sinks.sink) if settings.sinks.sink else None,
        failure_sink=Sink(settings.sinks.failure_sink) if settings.sinks.failure_sink else None,
        ready=ready,
        signer=Signer(settings.sinks.event_tokens),
        retries=Retries(settings.sinks.retry_for_s),
        on_schedule=PricesRefresh(),
    )


function = Lazy(build)


def answer(request: HttpRequest) -> Answer:
    """Answer one HTTP request."""
    return function()(request)


answer_below_flask(answer)


@functions_framework.http
def ingest(request: flask.Request) -> Answer:
    """Answer one HTTP request if it reaches Flask after all."""
    return answer(HttpRequest.of(request.environ))


collector.resume()
