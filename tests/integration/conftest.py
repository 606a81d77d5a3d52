"""ingest and forecast with their stores, without HTTP between them."""

import json
import time
from types import SimpleNamespace

import pytest

from functions.common.messages.events import ForecastRequested
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.common.requests.claims import Claims
from functions.common.requests.results import ResultStore
from functions.common.requests.steps import Steps
from functions.common.requests.store import Requests
from functions.forecast.handlers.backtest import Backtesting
from functions.forecast.handlers.forecast import Forecasting
from functions.ingest.freshness.update import FreshPrices
from functions.ingest.handlers import Ingestion
from functions.ingest.providers.sample import SampleProvider
from tests.support.turns import in_turn


@pytest.fixture
def world(s3_settings, redis_client, redis_settings):
    began = time.time()  # stands still, so that no test crosses the end of a period

    class World:
        settings = redis_settings
        redis = redis_client
        prices = PriceStore(Bucket(s3_settings))
        requests = Requests(redis_client, redis_settings)
        results = ResultStore(redis_client, redis_settings)
        claims = Claims(Steps(redis_client, are_split=False))

        def ingested(self, symbol="AAPL", days=45, request_id="request-1", model="calibrated"):
            """ingest's answer to the request of a forecast."""
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
            handler = Ingestion(fresh, self.prices.bucket_name)
            return SimpleNamespace(
                handle=handler.ingest, ingest=in_turn(self.requests, handler.ingest)
            )

        def forecasting(self, clock=lambda: began):
            handler = Forecasting(self.prices, clock, self.settings.result_ttl_s)
            return SimpleNamespace(
                handle=handler.forecast, forecast=in_turn(self.requests, handler.forecast)
            )

        def backtesting(self):
            return Backtesting(self.prices, self.requests, self.results, self.claims)

        def result(self, completed):
            return json.loads(self.results.get(completed.result_key))

    return World()
