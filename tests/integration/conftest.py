"""Ingest and forecast with their stores, without HTTP between them."""

import json
import time

import pytest

from functions.common.messages.events import ForecastRequested
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.common.requests.claims import Claims
from functions.common.requests.results import ResultStore, result_name
from functions.common.requests.store import RequestStore
from functions.forecast.handlers.backtest import Backtesting
from functions.forecast.handlers.forecast import Forecasting
from functions.ingest.freshness.update import FreshPrices
from functions.ingest.handlers import Ingestion
from functions.ingest.providers.sample import SampleProvider


@pytest.fixture
def world(s3_settings, redis_client, redis_settings):
    class World:
        redis = redis_client
        prices = PriceStore(Bucket(s3_settings))
        requests = RequestStore(redis_client, redis_settings, time.time)
        results = ResultStore(redis_client, redis_settings)
        claims = Claims(redis_client)

        def ingested(self, symbol="AAPL", days=45, request_id="request-1", model="calibrated"):
            """The event that ingest answers a forecast's request with."""
            return self.ingestion().ingest(ForecastRequested(request_id, symbol, days, model))

        def ingestion(self):
            fresh = FreshPrices(
                [SampleProvider()],
                self.prices,
                self.claims,
                max_age_s=1e6,
                stale_ok_s=1e6,
                clock=time.time,
            )
            return Ingestion(fresh, self.prices.bucket_name, self.requests)

        def forecasting(self):
            return Forecasting(self.prices, self.requests, self.results, self.claims, time.time)

        def backtesting(self):
            return Backtesting(self.prices, self.requests, self.results, self.claims)

        def result(self, completed):
            return json.loads(self.redis.get(result_name(completed.result_key)))

    return World()
