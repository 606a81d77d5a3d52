"""Ingest with real S3 and Redis, and a local server that replays a provider's answers."""

import time
from datetime import date, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from functions.common.messages.events import ForecastRequested
from functions.common.prices import calendars
from functions.common.prices.bucket import Bucket
from functions.common.prices.history import PriceHistory
from functions.common.prices.store import PriceStore
from functions.common.redis_client import connect
from functions.common.requests.claims import Claims
from functions.common.requests.steps import Steps
from functions.common.requests.store import Requests
from functions.ingest.freshness.fetching import SHARED_S
from functions.ingest.freshness.update import FreshPrices
from functions.ingest.handlers import Ingestion
from functions.ingest.providers.budget import Budget
from functions.ingest.providers.session import ProviderSession
from tests.support.providers import KEY, provider_of, replayed
from tests.support.replay import Fault, Market, wandering
from tests.support.turns import in_turn

DAY_S = 86_400.0
NEW_YORK = calendars.named("XNYS")
FIRST, START, END = date(2015, 1, 2), date(2016, 1, 4), date(2017, 6, 30)
REQUESTED = ForecastRequested("request-1", "ACME", 45)


def later(world, redis_client, by):
    """Move the world's clock forward, and age the budget, which follows Redis's clock, as much."""
    world.now += by
    key = "stockcast:budget:{tiingo}"
    for call in redis_client.zrange(key, 0, -1):
        redis_client.zincrby(key, -by.total_seconds() * 1000, call)


class World:
    """A replayed Tiingo server, real stores, and a clock that tests set (New York time)."""

    limits = ()
    max_age_s = 7 * DAY_S
    wiki_replay = None

    def __init__(self, s3_settings, s3_client, redis_settings):
        self.bucket, self.client = s3_settings.bucket, s3_client
        self.prices = PriceStore(Bucket(s3_settings))
        self.redis = connect(redis_settings)
        self.requests = Requests(self.redis, redis_settings)
        self.market = Market()
        self.market.days["ACME"] = wandering(FIRST, END)
        self.replay = replayed("tiingo", self.market)
        self.at(START, 18)

    def at(self, day, hour, minute=0):
        self.now = datetime(
            day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(NEW_YORK.zone)
        )
        # Tiingo publishes the day's prices at 5:30 p.m.
        closed = hour * 60 + minute >= 17 * 60 + 30
        self.market.today = day if closed else day - timedelta(days=1)

    def clock(self):
        return self.now.timestamp()

    def tiingo(self, key=KEY):
        budget = Budget(self.redis, "tiingo", self.limits)
        session = partial(
            ProviderSession, spend=budget.spend, read_timeout_s=5, sleep=lambda _: None
        )
        return provider_of(self.replay, session, self.clock, key)

    def fresh(self, *providers):
        return FreshPrices(
            providers or [self.tiingo()],
            self.prices,
            Claims(Steps(self.redis, are_split=False)),
            max_age_s=self.max_age_s,
            stale_ok_s=7 * DAY_S,
            clock=self.clock,
        )

    def ingestion(self, *providers):
        handler = Ingestion(self.fresh(*providers), self.prices.bucket_name)
        return SimpleNamespace(ingest=in_turn(self.requests, handler.ingest))

    def stored(self, symbol="ACME", provider="tiingo"):
        body = self.prices.get(f"prices/{provider}/{symbol}.csv").body
        return PriceHistory.from_csv(symbol, body)

    def full_fetches(self):
        return [query for _, query in self.replay.calls if query["startDate"] == "1962-01-02"]

    def wiki(self, until):
        """Nasdaq Data Link's WIKI database, with prices of ACME until `until`."""
        if not self.wiki_replay:
            market = Market()
            market.days["ACME"] = wandering(FIRST, until)
            self.wiki_replay = replayed("nasdaq", market)
        self.wiki_replay.dialect.market.today = self.market.today
        session = partial(ProviderSession, spend=lambda: None, sleep=lambda _: None)
        return provider_of(self.wiki_replay, session, self.clock)

    def forget(self):
        self.client.delete_object(Bucket=self.bucket, Key="prices/tiingo/ACME.csv")

    def down(self, times=30):
        self.replay.faults = [Fault("instead", status=503, body="down")] * times

    def close(self):
        for replay in filter(None, (self.replay, self.wiki_replay)):
            replay.close()
        self.redis.close()


def outlast_the_shared_failure():
    """Wait until a failed fetch is no longer shared with other requests."""
    time.sleep(SHARED_S + 0.1)
