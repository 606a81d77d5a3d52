"""Price files in a real S3 server."""

from datetime import date

import pytest
from msgspec import structs

from functions.common.errors import TemporaryError
from functions.common.prices.bucket import Bucket, ChangedMeanwhileError
from functions.common.prices.history import PriceHistory, PriceRow
from functions.common.prices.store import PriceStore
from local.servers import free_port

HISTORY = PriceHistory(
    "AAPL",
    (
        PriceRow(date(2013, 2, 28), 1.5, 2, 1, 1.75, 100, 0.25),
        PriceRow(date(2013, 3, 1), None, None, None, None, None, 0.125),
    ),
    ('Two  spaces, a "quote", £5 and 100%: a note has any text.', "Another one."),
)
FETCHED = "2013-03-01T22:00:00.000Z"


@pytest.fixture
def store(s3_settings):
    return PriceStore(Bucket(s3_settings))


def test_prices_come_back_as_they_were_put(store):
    put = store.put("sample", HISTORY, fetched_at=FETCHED, replaces=None)
    got = store.get("prices/sample/AAPL.csv")
    assert got == put
    assert PriceHistory.from_csv("AAPL", got.body, got.notes) == HISTORY
    assert (got.rows, got.first_date, got.last_date) == (2, "2013-02-28", "2013-03-01")
    assert store.head(got.key) == structs.replace(got, body=b"")


@pytest.mark.parametrize(
    ("symbol", "key"),
    [
        ("^GSPC", "prices/yahoo/%5EGSPC.csv"),
        ("EURUSD=X", "prices/yahoo/EURUSD%3DX.csv"),
        ("@NAME-1A2B3C4D", "prices/yahoo/%40NAME-1A2B3C4D.csv"),
        ("0700.HK", "prices/yahoo/0700.HK.csv"),
    ],
)
def test_a_key_is_percent_encoded_and_s3_has_it_as_it_is_written(
    symbol, key, store, s3_settings, s3_client
):
    put = store.put("yahoo", PriceHistory(symbol, HISTORY.rows), fetched_at=FETCHED, replaces=None)
    assert put.key == store.key_of("yahoo", symbol) == key
    listed = s3_client.list_objects_v2(Bucket=s3_settings.bucket)["Contents"]
    assert [one["Key"] for one in listed] == [key]
    assert store.get(key) == put


def test_a_missing_file_is_none(store):
    assert store.get("prices/sample/NONE.csv") is None
    assert store.head("prices/sample/NONE.csv") is None


def test_the_prices_that_end_last_come_first_from_any_provider(store):
    shorter = PriceHistory("AAPL", HISTORY.rows[:1])
    nonsense = store.put("nasdaq", HISTORY, fetched_at=FETCHED, replaces=None)
    store.annotate(nonsense.key, nonsense.etag, last_date="tomorrow")
    for provider, history in (("tiingo", shorter), ("sample", HISTORY), ("yahoo", HISTORY)):
        store.put(provider, history, fetched_at=FETCHED, replaces=None)
    names = ("nasdaq", "tiingo", "sample", "none", "yahoo")
    held = [one.provider for one in store.held("AAPL", names)]
    assert held == ["sample", "yahoo", "tiingo", "nasdaq"]


def test_a_second_creator_is_told_that_the_file_exists(store):
    store.put("sample", HISTORY, fetched_at=FETCHED, replaces=None)
    with pytest.raises(ChangedMeanwhileError):
        store.put("sample", HISTORY, fetched_at=FETCHED, replaces=None)


def test_only_the_version_that_was_read_is_replaced(store):
    first = store.put("sample", HISTORY, fetched_at=FETCHED, replaces=None)
    longer = PriceHistory(
        "AAPL", (*HISTORY.rows, PriceRow(date(2013, 3, 4), None, None, None, None, None, 2.0))
    )
    second = store.put("sample", longer, fetched_at=FETCHED, replaces=first.etag)
    assert second.etag != first.etag
    with pytest.raises(ChangedMeanwhileError):
        store.put("sample", HISTORY, fetched_at=FETCHED, replaces=first.etag)
    assert store.get(first.key).rows == 3


def test_a_missing_bucket_is_named(s3_settings):
    store = PriceStore(Bucket(structs.replace(s3_settings, bucket="nowhere-to-be-found")))
    with pytest.raises(TemporaryError, match="'nowhere-to-be-found'"):
        store.head("prices/sample/AAPL.csv")
    with pytest.raises(TemporaryError, match="'nowhere-to-be-found'"):
        store.get("prices/sample/AAPL.csv")


def test_a_server_that_is_down_is_temporary(s3_settings):
    url = f"http://127.0.0.1:{free_port()}"
    store = PriceStore(Bucket(structs.replace(s3_settings, endpoint_url=url)))
    with pytest.raises(TemporaryError, match=url):
        store.get("prices/sample/AAPL.csv")


def test_wrong_credentials_are_refused(s3_settings):
    bucket = Bucket(structs.replace(s3_settings, credentials=("tester", "wrong")))
    with pytest.raises(TemporaryError, match=r"403|SignatureDoesNotMatch|Forbidden"):
        bucket.check()
