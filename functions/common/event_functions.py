"""Wires a function that handles events: its stores, its sinks, and its place below Flask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flask

from functions.common.cloudevents.adapter import EventFunction, Handler
from functions.common.cloudevents.retries import Retries
from functions.common.cloudevents.signature import Signer
from functions.common.cloudevents.sink import Sink
from functions.common.cloudevents.wsgi import Answer, HttpRequest, answer_below_flask
from functions.common.config import RedisSettings, S3Settings, SinkSettings
from functions.common.lazy import Lazy
from functions.common.messages.events import Event
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.common.redis_client import connect, failures_are_temporary
from functions.common.requests.claims import Claims
from functions.common.requests.steps import Steps
from functions.common.requests.store import Requests


class Stores:
    """The stores of a function. Each connects on first use."""

    def __init__(self, redis: RedisSettings, s3: S3Settings) -> None:
        self.redis = connect(redis)
        self.bucket = Bucket(s3)
        self.prices = PriceStore(self.bucket)
        self.requests = Requests(self.redis, redis)
        self.steps = Steps(self.redis, are_split=redis.cluster)
        self.claims = Claims(self.steps)

    def check(self) -> None:
        """Raise TemporaryError while a store does not answer."""
        with failures_are_temporary():
            self.redis.ping()
        self.prices.check()


def event_function(
    name: str,
    handlers: Mapping[Any, Handler],
    stores: Stores,
    sinks: SinkSettings,
    on_schedule: Event | None = None,
) -> EventFunction:
    """The function `name`. See `EventFunction`."""
    return EventFunction(
        name,
        handlers,
        requests=stores.requests,
        sink=Sink(sinks.sink) if sinks.sink else None,
        failure_sink=Sink(sinks.failure_sink) if sinks.failure_sink else None,
        ready=stores.check,
        signer=Signer(sinks.event_tokens),
        retries=Retries(sinks.retry_for_s),
        on_schedule=on_schedule,
    )


def below_flask(build: Callable[[], EventFunction]) -> Callable[[flask.Request], Answer]:
    """Answer with the function that `build` returns, built at the first request.

    Returns the handler for requests that reach Flask after all.
    """
    function = Lazy(build)

    def answer(request: HttpRequest) -> Answer:
        return function()(request)

    answer_below_flask(answer)
    return lambda request: answer(HttpRequest.of(request.environ))
