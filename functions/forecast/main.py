"""The forecast function: answers `prices.ingested` with `forecast.completed`, and draws charts."""

from __future__ import annotations

import os
import time
from typing import Any

import flask
import functions_framework

from functions.common import collector, forked_workers, late_imports, logs  # noqa: F401 - late_imports acts
from functions.common.cloudevents.adapter import EventFunction, Handler
from functions.common.cloudevents.wsgi import Answer
from functions.common.config import Environment, read_or_exit
from functions.common.event_functions import Stores, below_flask, event_function
from functions.common.messages.events import (
    ChartRequested,
    ForecastCompleted,
    PricesIngested,
    PricesWarmed,
    WarmupRequested,
)
from functions.common.request_heads import bound_gunicorn
from functions.common.requests.results import ResultStore
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
    stores = Stores(settings.redis, settings.s3)
    results = ResultStore(stores.redis, settings.redis)
    forecasting = Forecasting(stores.prices, time.time, settings.redis.result_ttl_s)
    backtesting = Backtesting(stores.prices, stores.requests, results, stores.claims)
    warming = Warming(stores.prices)
    handlers: dict[Any, Handler] = {
        PricesIngested: forecasting.forecast,
        ChartRequested: Charting(results).draw,
        ForecastCompleted: backtesting.complete,
        PricesWarmed: warming.wake,
        WarmupRequested: warming.wake,
    }
    return event_function("forecast", handlers, stores, settings.sinks)


answer = below_flask(build)


@functions_framework.http
def forecast(request: flask.Request) -> Answer:
    """Answer one HTTP request if it reaches Flask after all."""
    return answer(request)


collector.resume()
