"""Ingest with a real S3 and Redis."""

import threading
import time

import pytest

from functions.common.claims import Claims
from functions.common.errors import TemporaryError, UnknownSymbolError
from functions.common.events import ForecastRequested
from functions.common.price_store import PriceStore
from functions.common.prices import PriceHistory
from functions.common.request_record import Status
from functions.common.request_store import RequestStore
from functions.ingest.ingestion import Ingestion
from functions.ingest.providers.sample import SampleProvider

DAY_S = 86_400.0
REQUESTED = ForecastRequested("request-1", "FB", 45)


class Counting:
    """The sample, counting how often it is asked."""

    name = "sample"

    def __init__(self):
        self.calls = 0

    def history(self, symbol):
        self.calls += 1
        time.sleep(0.05)
        return SampleProvider().history(symbol)


@pytest.fixture
def world(s3_settings, redis_client, redis_settings):
    class World:
        now = time.time()
        provider = Counting()
        prices = PriceStore(s3_settings)
        requests = RequestStore(redis_client, redis_settings, time.time)
        bucket = s3_settings.bucket

        def ingestion(self, *providers):
            return Ingestion(
                providers or [self.provider],
                self.prices,
                self.requests,
                Claims(redis_client),
                max_age_s=7 * DAY_S,
                clock=lambda: self.now,
            )

    return World()


def test_prices_are_stored_and_pointed_to(world):
    ingested = world.ingestion().ingest(REQUESTED)
    stored = world.prices.get("prices/sample/FB.csv")
    assert ingested.requested == REQUESTED
    assert (ingested.bucket, ingested.key, ingested.etag) == (
        world.bucket,
        stored.key,
        stored.etag,
    )
    assert (ingested.rows, ingested.first_date, ingested.last_date) == (
        196,
        "2012-05-18",
        "2013-03-01",
    )
    assert len(PriceHistory.from_csv("FB", stored.body).rows) == 196
    assert world.requests.read("request-1").status is Status.INGESTING


def test_fresh_prices_are_not_fetched_again(world):
    first = world.ingestion().ingest(REQUESTED)
    world.now += 6 * DAY_S
    assert world.ingestion().ingest(REQUESTED) == first
    assert world.provider.calls == 1


def test_prices_past_their_age_are_fetched_anew(world):
    first = world.ingestion().ingest(REQUESTED)
    world.now += 8 * DAY_S
    second = world.ingestion().ingest(REQUESTED)
    assert world.provider.calls == 2
    assert second.fresh_until > first.fresh_until


def test_a_file_that_someone_else_put_there_is_replaced(world):
    client = world.prices._client()
    client.put_object(Bucket=world.bucket, Key="prices/sample/FB.csv", Body=b"?", Metadata={})
    assert world.ingestion().ingest(REQUESTED).rows == 196


def test_simultaneous_requests_share_one_fetch(world):
    ingestion, got = world.ingestion(), []

    def ask(number):
        got.append(ingestion.ingest(ForecastRequested(f"request-{number}", "FB", 45)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.provider.calls == 1
    assert len({one.etag for one in got}) == 1
    assert len(got) == 12


def test_the_next_provider_is_asked_where_one_does_not_know_the_symbol(world):
    class Ignorant:
        name = "ignorant"

        def history(self, symbol):
            raise UnknownSymbolError(f"{symbol} is unknown here.")

    assert world.ingestion(Ignorant(), world.provider).ingest(REQUESTED).provider == "sample"
    with pytest.raises(UnknownSymbolError, match="unknown here"):
        world.ingestion(Ignorant(), SampleProvider()).ingest(
            ForecastRequested("request-2", "NONE", 1)
        )


def test_a_provider_that_is_down_is_not_taken_for_one_that_does_not_know(world):
    class Down:
        name = "down"

        def history(self, symbol):
            raise TemporaryError(f"{symbol} cannot be had now.")

    with pytest.raises(TemporaryError):
        world.ingestion(Down(), world.provider).ingest(REQUESTED)
