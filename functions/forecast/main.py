"""The forecast function: answers `prices.ingested` with `forecast.completed`, and draws charts."""

from __future__ import annotations

import os
import time

import flask
import functions_framework

from functions.common import logs
from functions.common.bucket import Bucket
from functions.common.claims import Claims
from functions.common.config import Environment, read_or_exit
from functions.common.events import (
    ChartRequested,
    ForecastCompleted,
    PricesIngested,
    PricesWarmed,
)
from functions.common.function import Answer, EventFunction
from functions.common.lazy import Lazy
from functions.common.price_store import PriceStore
from functions.common.redis_client import connect, failures_are_temporary
from functions.common.request_store import RequestStore
from functions.common.result_store import ResultStore
from functions.common.retries import Retries
from functions.common.signature import Signer
from functions.common.sink import Sink
from functions.forecast.backtesting import Backtesting
from functions.forecast.charting import Charting
from functions.forecast.forecasting import Forecasting
from functions.forecast.settings import Settings
from functions.forecast.warming import Warming

settings = read_or_exit("forecast", Settings.read, Environment(os.environ))
logs.configure("forecast", settings.sinks.log_level)


def build() -> EventFunction:
    """The function with its stores, wired together; nothing connects before it is used."""
    redis = connect(settings.redis)
    prices = PriceStore(Bucket(settings.s3))
    requests = RequestStore(redis, settings.redis, time.time)
    results = ResultStore(redis, settings.redis)
    claims = Claims(redis)

    def ready() -> None:
        with failures_are_temporary():
            redis.ping()
        prices.check()

    forecasting = Forecasting(prices, requests, results, claims, time.time)
    return EventFunction(
        "forecast",
        {
            PricesIngested: forecasting.forecast,
            ChartRequested: Charting(results).draw,
            ForecastCompleted: Backtesting(prices, results, claims).complete,
            PricesWarmed: Warming(prices).wake,
        },
        requests=requests,
        claims=claims,
        sink=Sink(settings.sinks.sink) if settings.sinks.sink else None,
        failure_sink=Sink(settings.sinks.failure_sink) if settings.sinks.failure_sink else None,
        ready=ready,
        signer=Signer(settings.sinks.event_tokens),
        retries=Retries(settings.sinks.retry_for_s),
    )


function = Lazy(build)


@functions_framework.http
def forecast(request: flask.Request) -> Answer:
    """Answer one HTTP request."""
    return function()(request)
