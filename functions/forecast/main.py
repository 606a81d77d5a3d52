"""The forecast function: answers `prices.ingested` with `forecast.completed`, and draws charts."""

from __future__ import annotations

import os
import time

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
    ChartRequested,
    ForecastCompleted,
    PricesIngested,
    PricesWarmed,
    WarmupRequested,
)
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.common.redis_client import connect, failures_are_temporary
from functions.common.request_heads import bound_gunicorn
from functions.common.requests.claims import Claims
from functions.common.requests.results import ResultStore
from functions.common.requests.steps import Steps
from functions.common.requests.store import Requests
from functions.forecast.handlers.backtest import Backtesting
from functions.forecast.handlers.chart import Charting
from functions.forecast.handlers.forecast import Forecasting
from functions.forecast.handlers.warm_up import Warming
from functions.forecast.settings import Settings

bound_gunicorn()
forked_workers.end_at_sigterm()
settings = read_or_exit("forecast", Settings.read, Environment(os.environ))
logs.configure("forecast", settings.sinks.log_level)


def build() -> EventFunction:
    """Wire the function and its stores together. Each connects on first use."""
    redis = connect(settings.redis)
    prices = PriceStore(Bucket(settings.s3))
    requests = Requests(redis, settings.redis)
    results = ResultStore(redis, settings.redis)
    claims = Claims(Steps(redis, are_split=settings.redis.cluster))

    def ready() -> None:
        with failures_are_temporary():
            redis.ping()
        prices.check()

    forecasting = Forecasting(prices, time.time, settings.redis.result_ttl_s)
    warming = Warming(prices)
    return EventFunction(
        "forecast",
        {
            PricesIngested: forecasting.forecast,
            ChartRequested: Charting(results).draw,
            ForecastCompleted: Backtesting(prices, requests, results, claims).complete,
            PricesWarmed: warming.wake,
            WarmupRequested: warming.wake,
        },
        requests=requests,
        sink=Sink(settings.sinks.sink) if settings.sinks.sink else None,
        failure_sink=Sink(settings.sinks.failure_sink) if settings.sinks.failure_sink else None,
        ready=ready,
        signer=Signer(settings.sinks.event_tokens),
        retries=Retries(settings.sinks.retry_for_s),
    )


function = Lazy(build)


def answer(request: HttpRequest) -> Answer:
    """Answer one HTTP request."""
    return function()(request)


answer_below_flask(answer)


@functions_framework.http
def forecast(request: flask.Request) -> Answer:
    """Answer one HTTP request that reaches Flask."""
    return answer(HttpRequest.of(request.environ))


collector.resume()
