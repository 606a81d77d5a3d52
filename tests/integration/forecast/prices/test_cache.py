"""The price files that the forecast function keeps in memory."""

import pytest
from msgspec import structs

from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.forecast.prices import cache as recent_prices
from functions.forecast.prices.cache import RecentPrices
from functions.ingest.providers.sample import SampleProvider


@pytest.fixture
def store(s3_settings):
    return PriceStore(Bucket(s3_settings))


def put(store, rows, replaces=None):
    history = SampleProvider().fetch("AAPL").history
    history = structs.replace(history, rows=history.rows[:rows])
    return store.put("sample", history, fetched_at="2013-03-01T00:00:00Z", replaces=replaces)


def test_a_version_that_was_read_needs_no_second_read(store, s3_client, s3_settings):
    prices, first = RecentPrices(store), put(store, 100)
    read = prices.get(first.key, first.etag)
    s3_client.delete_object(Bucket=s3_settings.bucket, Key=first.key)
    assert prices.get(first.key, first.etag) is read
    assert prices.get(first.key, "another version") is None


def test_a_version_that_was_replaced_is_read_anew(store):
    prices, first = RecentPrices(store), put(store, 100)
    assert prices.get(first.key, first.etag).rows == 100
    second = put(store, 101, replaces=first.etag)
    assert prices.get(second.key, second.etag).rows == 101


def test_only_the_last_files_are_kept(store, s3_client, s3_settings, monkeypatch):
    monkeypatch.setattr(recent_prices, "KEPT", 1)
    prices, first = RecentPrices(store), put(store, 100)
    prices.get(first.key, first.etag)
    second = put(store, 101, replaces=first.etag)
    prices.get(second.key, second.etag)
    s3_client.delete_object(Bucket=s3_settings.bucket, Key=first.key)
    assert prices.get(first.key, first.etag) is None
    assert prices.get(second.key, second.etag).rows == 101
