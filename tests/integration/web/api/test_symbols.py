"""Symbols and warm-ups over the API, with a real Redis, S3 and sink."""

import time

import pytest
import requests
from msgspec import structs

from functions.common.prices import symbol_directory as listings
from functions.common.prices.bucket import Bucket
from functions.common.prices.symbol_directory import Listing
from tests.integration.web.serving import serving
from tests.support.waiting import until


@pytest.fixture
def live(settings):
    with serving(structs.replace(settings, providers=("tiingo",))) as url:
        yield url


@pytest.fixture
def worldwide(settings):
    with serving(structs.replace(settings, providers=("yahoo",))) as url:
        yield url


def found(url, query):
    listed = requests.get(f"{url}/api/symbols", params={"q": query}, timeout=300).json()["symbols"]
    return {one["symbol"]: one["available"] for one in listed}


def submit(url, symbol):
    return requests.post(f"{url}/api/forecasts", json={"symbol": symbol, "days": 5}, timeout=300)


def warm_up(url, **options):
    answer = requests.post(f"{url}/api/warmup", timeout=300, **options)
    assert answer.status_code == 202
    return answer.json()["warming"]


def test_with_the_sample_alone_its_five_come_first_and_are_available(url):
    listed = found(url, "")
    assert list(listed)[:5] == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
    assert [symbol for symbol, available in listed.items() if available] == list(listed)[:5]
    assert found(url, "coca-cola")["KO"] is False
    assert list(found(url, "m"))[:2] == ["MSFT", "IBM"]


def test_with_live_prices_all_are_available(live):
    assert found(live, "coca-cola")["KO"] is True


def test_with_the_sample_alone_another_ticker_is_refused_at_once(url, inbox):
    answer = submit(url, "KO")
    assert answer.status_code == 404
    problem = answer.json()
    assert problem["type"].endswith("unknown-symbol")
    assert (problem["status"], problem["title"]) == (404, "Unknown symbol")
    assert problem["detail"].startswith("The Coca-Cola Company: ")
    ways = ("make run PROVIDERS=yahoo", "TIINGO_API_KEY")
    for told in ("add a data source to forecast it", *ways):
        assert told in problem["detail"]
    assert inbox.events == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("apple", "AAPL"), ("APPL", "AAPL"), ("MICROSOFT", "MSFT"), ("GOOGL", "GOOG")],
)
def test_an_unknown_symbol_comes_with_the_ones_that_may_be_meant(url, typed, meant):
    answer = submit(url, typed)
    assert answer.status_code == 404
    suggestions = answer.json()["suggestions"]
    assert meant in [one["symbol"] for one in suggestions]
    assert all(set(one) == {"symbol", "name"} for one in suggestions)


def test_a_symbol_that_no_source_covers_is_refused_at_once(live, settings):
    answer = submit(live, "0700.HK")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "Tencent Holdings: add a data source to forecast it. For its prices, run"
        " `make run PROVIDERS=tiingo,yahoo` (personal use only)."
    )
    unheard_of = submit(live, "9999.HK").json()
    assert unheard_of["detail"].startswith("Tiingo has no prices of 9999.HK. Add a data source")
    with serving(structs.replace(settings, providers=("tiingo", "yahoo"))) as url:
        assert submit(url, "0700.HK").status_code == 202


def test_the_sources_say_what_there_is_and_how_to_get_todays_prices(url, live):
    told = requests.get(f"{url}/api/sources", timeout=300).json()
    assert told["sample_only"] is True
    assert [one["symbol"] for one in told["sample"]["symbols"]] == [
        *("AAPL", "FB", "GOOG", "IBM", "MSFT")
    ]
    assert told["sample"]["last_date"] == "2013-03-01"
    assert [one["command"] for one in told["todays_prices"]] == [
        "make run PROVIDERS=yahoo",
        "make run TIINGO_API_KEY=YOUR_KEY",
    ]
    told = requests.get(f"{live}/api/sources", timeout=300).json()
    assert told["sample_only"] is False
    assert [one["title"] for one in told["providers"]] == ["Tiingo"]
    assert told["uploads"] is True


def test_a_found_symbol_says_where_it_trades_and_in_which_currency(url):
    listed = requests.get(f"{url}/api/symbols", params={"q": "AAPL"}, timeout=300).json()
    apple = {"symbol": "AAPL", "name": "Apple Inc.", "exchange": "XNAS", "currency": "USD"}
    assert listed["symbols"][0] == {**apple, "available": True}


def test_with_live_prices_a_ticker_that_is_not_in_the_directory_is_accepted(live):
    assert found(live, "QQQQZ") == {}
    assert submit(live, "QQQQZ").status_code == 202


def test_a_refreshed_directory_in_s3_takes_the_place_of_the_bundled_one(settings, s3_settings):
    bucket = Bucket(s3_settings)

    def put(*rows):
        body = listings.to_bytes(Listing(*row) for row in rows)
        bucket.put(listings.KEY, body, content_type="application/gzip")

    put(("NEWCO", "Brand New Company"))
    live = structs.replace(settings, providers=("tiingo",), s3=s3_settings, symbols_max_age_s=0.0)
    with serving(live) as url:
        until(lambda: found(url, "brand new") == {"NEWCO": True})
        put(("NEWER", "Brand New Company"))
        until(lambda: found(url, "brand new") == {"NEWER": True})


def test_without_s3_the_bundled_directory_serves(settings, s3_settings):
    nowhere = structs.replace(s3_settings, endpoint_url="http://127.0.0.1:9")
    live = structs.replace(settings, providers=("tiingo",), s3=nowhere, symbols_max_age_s=0.0)
    with serving(live) as url:
        for _ in range(3):
            assert found(url, "coca-cola")["KO"] is True
            time.sleep(0.1)


def test_a_warm_up_is_posted_once_for_a_while(live, inbox):
    assert warm_up(live, json={"symbol": "ko"})
    assert warm_up(live, json={"symbol": "KO"})
    until(lambda: len(inbox.events) == 2)
    assert {event.id for event in inbox.events} == {inbox.events[0].id}
    assert inbox.events[0].type == "dev.stockcast.warmup.requested.v1"
    assert inbox.events[0].data == {"symbol": "KO", "model": "calibrated"}


@pytest.mark.parametrize(
    "options", [{"data": "?"}, {"json": []}, {"json": {}}, {"json": {"symbol": "!"}}, {}]
)
def test_a_warm_up_is_never_an_error(live, inbox, options):
    assert not warm_up(live, **options)
    assert inbox.events == []


def test_a_warm_up_of_what_cannot_be_had_does_nothing(url, inbox):
    assert not warm_up(url, json={"symbol": "KO"})
    assert inbox.events == []


def test_warm_ups_are_limited_and_do_not_count_as_submissions(settings, inbox):
    with serving(structs.replace(settings, requests_per_minute=2)) as url:
        warmed = [warm_up(url, json={"symbol": "IBM"}) for _ in range(8)]
        assert warmed.count(True) in {2, 3, 4}  # a new minute can start in between
        assert submit(url, "IBM").status_code == 202


def test_a_broker_that_is_down_is_no_error_of_a_warm_up(settings):
    with serving(structs.replace(settings, sink="http://127.0.0.1:9/")) as url:
        assert not warm_up(url, json={"symbol": "IBM"})


@pytest.mark.parametrize("symbol", ["0700.HK", "^GSPC", "BTC-USD", "EURUSD=X", "@NAME-1A2B3C4D"])
def test_symbols_of_every_market_are_taken_and_found_in_a_path(worldwide, inbox, symbol):
    answer = submit(worldwide, symbol)
    assert answer.status_code == 202, answer.text
    assert inbox.events[-1].subject == symbol
    path = f"{worldwide}/api/symbols/{requests.utils.quote(symbol, safe='')}/history"
    refused = requests.get(path, params={"start": "now"}, timeout=300).json()
    assert [error["field"] for error in refused["errors"]] == ["start"]
