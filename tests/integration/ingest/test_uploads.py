"""Uploaded files in ingest, with real Redis and S3."""

import json

import pytest
from msgspec import structs

from functions.common.errors import UnknownSymbolError
from functions.common.messages.events import PricesUploaded, PricesWarmed
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.common.prices.uploads import Upload, UploadedFiles
from functions.common.requests.upload_outcomes import UploadOutcomes, key_of
from functions.ingest.freshness.uploads import AnyPrices, UploadedPrices, Uploading
from local.servers import free_port
from tests.support.price_files import SHAPES
from tests.support.threads import at_once

NOW_S = 1_767_225_600.0
DAY_S = 86_400
UPLOAD_ID = "upload-1"


class World:
    def __init__(self, s3_settings, redis_client):
        bucket = Bucket(s3_settings)
        self.now_s = NOW_S
        self.redis = redis_client
        self.files = UploadedFiles(bucket)
        store = PriceStore(bucket)
        self.prices = UploadedPrices(self.files, store, 7 * DAY_S, lambda: self.now_s)
        outcomes = UploadOutcomes(redis_client)
        self.uploading = Uploading(self.prices, outcomes)

    def put(self, body, name="acme", column=""):
        upload = Upload(name, column, body)
        self.files.put(upload, self.now_s)
        return upload.symbol

    def take(self, symbol, upload_id=UPLOAD_ID):
        return self.uploading.take(PricesUploaded(symbol, upload_id))

    def outcome(self, upload_id=UPLOAD_ID):
        return json.loads(self.redis.get(key_of(upload_id)))


@pytest.fixture
def world(s3_settings, redis_client):
    return World(s3_settings, redis_client)


def test_a_file_is_stored_like_any_providers_prices(world, s3_client, s3_settings):
    symbol = world.put(SHAPES["stooq"])
    assert world.take(symbol) == PricesWarmed(symbol)
    assert world.outcome()["symbol"] == symbol
    kept = world.prices.of(symbol)
    assert (kept.stored.provider, kept.stored.rows) == ("upload", 70)
    assert kept.stored.key == f"prices/upload/{symbol.replace('@', '%40')}.csv"
    assert kept.stored.instrument.calendar == "observed"
    assert kept.stored.notes
    body = s3_client.get_object(Bucket=s3_settings.bucket, Key=kept.stored.key)["Body"].read()
    assert body.startswith(b"date,open,high,low,close,volume,adj_close\n2013-01-02,")


def test_a_file_works_until_it_expires_and_then_says_what_to_do(world):
    symbol = world.put(SHAPES["stooq"])
    world.take(symbol)
    assert world.prices.of(symbol).fresh_until.timestamp() == NOW_S + 7 * DAY_S
    world.now_s += 7 * DAY_S - 1
    assert not world.prices.of(symbol).is_stale
    world.now_s += 1
    with pytest.raises(UnknownSymbolError, match="Upload the file again"):
        world.prices.of(symbol)
    world.put(SHAPES["stooq"])
    assert world.take(symbol) == PricesWarmed(symbol)
    assert world.prices.of(symbol).fresh_until.timestamp() == NOW_S + 14 * DAY_S


def test_lost_prices_are_read_from_the_file_again(world, s3_client, s3_settings):
    symbol = world.put(SHAPES["stooq"])
    world.take(symbol)
    key = world.prices.of(symbol).stored.key
    s3_client.delete_object(Bucket=s3_settings.bucket, Key=key)
    assert world.prices.of(symbol).stored.rows == 70


def test_a_file_with_invalid_metadata_does_not_exist(world, s3_client, s3_settings):
    for told in ({}, {"uploaded-at": "yesterday"}, {"uploaded-at": "2026-01-01T00:00:00"}):
        s3_client.put_object(
            Bucket=s3_settings.bucket, Key="uploads/@X-1.csv", Body=b"x", Metadata=told
        )
        with pytest.raises(UnknownSymbolError):
            world.prices.of("@X-1")


def test_the_sender_learns_what_is_wrong_with_a_file(world):
    symbol = world.put(b"date,close\n2013-03-01,=HYPERLINK(1)\n")
    assert world.take(symbol) is None
    told = world.outcome()
    assert told["status"] == 422
    assert told["errors"][0]["value"] == "=HYPERLINK(1)"
    assert world.take("@NEVER-00000000", "upload-2") is None
    assert world.outcome("upload-2")["status"] == 404


def test_while_s3_is_down_the_sender_is_asked_to_try_again(world, s3_settings, redis_client):
    nowhere = structs.replace(s3_settings, endpoint_url=f"http://127.0.0.1:{free_port()}")
    down = World(nowhere, redis_client)
    assert down.take("@ACME-00000000") is None
    assert down.outcome()["status"] == 503


def test_the_same_file_uploaded_twice_at_once_is_stored_once(world):
    symbol = world.put(SHAPES["stooq"])
    ids = [f"upload-{at}" for at in range(4)]
    at_once(lambda upload_id: world.take(symbol, upload_id), ids)
    told = [world.outcome(upload_id) for upload_id in ids]
    assert [one["symbol"] for one in told] == [symbol] * 4
    assert world.prices.of(symbol).stored.rows == 70


def test_no_provider_is_asked_for_an_uploaded_file(world):
    class Provider:
        def of(self, symbol, **_):
            raise AssertionError(symbol)

    with pytest.raises(UnknownSymbolError, match="Upload the file again"):
        AnyPrices(world.prices, Provider()).of("@NEVER-00000000")
