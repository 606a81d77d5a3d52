"""Analyses and price histories over the API, with a real Redis, S3 and sink."""

import csv
import io
import json

import pytest
import requests
from msgspec import structs

from functions.common.cloudevents.event import Envelope
from functions.common.errors import TemporaryError, UnknownSymbolError
from functions.common.messages import analyses
from functions.common.messages.events import ForecastRequested, PricesIngested, WarmupRequested
from functions.common.messages.interest_csv import MOST_CHARACTERS
from functions.common.prices.bucket import Bucket
from functions.common.prices.history import PriceHistory
from functions.common.prices.store import PriceStore
from functions.common.requests.missing_prices import MissingPrices
from functions.common.requests.record import Status
from functions.common.requests.results import ResultStore
from functions.forecast.prices import csv_columns
from functions.ingest.providers.sample import SampleProvider
from tests.integration.web.serving import serving
from tests.support.events import STORED, send
from tests.support.turns import answered

ASKED = {"symbol": "AAPL", "kind": "buy_and_hold", "start": "2012-01-03", "nshares": 10}
REQUESTED = ForecastRequested(
    "request-1", "AAPL", options={"start": "2012-01-03", "nshares": 10.0}, kind="buy_and_hold"
)
RESULT = {
    "symbol": "AAPL",
    "kind": "buy_and_hold",
    "message": "m",
    "table": {"columns": ["date", "profit"], "rows": [["2012-01-03", 0.0], ["=1+1", None]]},
}
TOKEN = "a-token-for-these-tests"


@pytest.fixture
def settings(settings, s3_settings):
    return structs.replace(settings, s3=s3_settings, event_tokens=(TOKEN,))


@pytest.fixture
def done(redis_client, redis_settings, store):
    results = ResultStore(redis_client, redis_settings)
    results.put("key", json.dumps(RESULT).encode())
    store.done(REQUESTED, "key")
    return results


@pytest.fixture
def prices(s3_settings):
    return PriceStore(Bucket(s3_settings))


def submit(url, **changes):
    body = {name: value for name, value in (ASKED | changes).items() if value is not ...}
    return requests.post(f"{url}/api/analyses", json=body, timeout=300)


def get(url, path, **query):
    return requests.get(url + path, params=query, timeout=300)


def fields_of(answer, status=422):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["field"] for error in answer.json()["errors"]]


def test_an_analysis_is_accepted_once_its_event_is_with_the_broker(url, inbox):
    answer = submit(url, id="request-1")
    assert answer.status_code == 202
    location = "/api/analyses/request-1"
    assert answer.headers["location"] == location
    links = {"self": location, "events": f"{location}/events", "chart": f"{location}/chart.png"}
    assert answer.json() == {"id": "request-1", "status": "queued", "links": links}
    [event] = inbox.events
    assert (event.type, event.subject) == (ForecastRequested.TYPE, "AAPL")
    assert ForecastRequested.from_data(event.data) == REQUESTED
    shown = get(url, location).json()
    assert (shown["kind"], shown["parameters"]) == ("buy_and_hold", REQUESTED.options)
    assert get(url, "/api/forecasts/request-1").json() == shown


@pytest.mark.parametrize("kind", analyses.KINDS)
def test_every_kind_is_accepted_with_its_defaults(url, inbox, kind):
    answer = requests.post(
        f"{url}/api/analyses", json={"symbol": "aapl", "kind": kind}, timeout=300
    )
    assert answer.status_code == 202
    expected, _ = analyses.parameters(kind, {})
    assert inbox.events[0].data["options"] == expected
    assert get(url, answer.headers["location"]).json()["parameters"] == expected


def test_the_same_id_and_body_is_the_same_analysis_however_it_is_written(url, inbox):
    first, second = submit(url, id="request-1"), submit(url, id="request-1", nshares=10.0)
    assert first.json() == second.json()
    assert {event.id for event in inbox.events} == {"request-1"}


@pytest.mark.parametrize(
    "change",
    [{"nshares": 11}, {"start": ...}, {"symbol": "MSFT"}, {"kind": "history", "nshares": ...}],
)
def test_the_same_id_for_another_analysis_is_a_conflict(url, change):
    submit(url, id="request-1")
    answer = submit(url, id="request-1", **change)
    assert answer.status_code == 409
    assert "another analysis" in answer.json()["detail"]


def test_an_id_is_either_a_forecast_or_an_analysis(url):
    submit(url, id="request-1")
    body = {"symbol": "AAPL", "days": 45, "id": "request-1"}
    assert requests.post(f"{url}/api/forecasts", json=body, timeout=300).status_code == 409


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"kind": ...}, ["kind"]),
        ({"kind": "forecast"}, ["kind"]),
        ({"kind": None}, ["kind"]),
        ({"symbol": "?"}, ["symbol"]),
        ({"id": "short"}, ["id"]),
        ({"start": "yesterday", "nshares": 0}, ["start", "nshares"]),
        ({"end": "2011-01-03"}, ["start"]),
        ({"days": 30}, ["days"]),
        ({"options": {}}, ["options"]),
        ({"symbol": ..., "kind": "evaluate", "nshares": "x"}, ["nshares", "symbol"]),
        (
            {"kind": "changepoints", "start": ..., "nshares": ..., "interest_csv": "no"},
            ["interest_csv"],
        ),
    ],
)
def test_bad_fields_are_422_and_all_named(url, inbox, change, fields):
    assert fields_of(submit(url, **change)) == fields
    assert inbox.events == []


@pytest.mark.parametrize("body", [b"kind=history", b"[]"])
def test_a_body_that_is_no_object_is_met_with_an_example(url, body):
    headers = {"content-type": "application/json"}
    answer = requests.post(f"{url}/api/analyses", data=body, headers=headers, timeout=300)
    assert answer.status_code == 400
    assert "buy_and_hold" in answer.json()["detail"]


def export(characters):
    rows, text = [], "Day,apple\n"
    for day in range(10_000):
        rows.append(f"{1990 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02},50\n")
        if len(text) + 14 * (len(rows) + 1) > characters:
            break
    return text + "".join(rows)


def test_the_longest_export_fits_and_is_not_shown(url, inbox):
    text = export(MOST_CHARACTERS)
    assert len(text) > MOST_CHARACTERS - 20
    answer = submit(url, kind="changepoints", start=..., nshares=..., interest_csv=text)
    assert answer.status_code == 202, answer.text
    assert inbox.events[0].data["options"]["interest_csv"] == text
    shown = get(url, answer.headers["location"])
    assert "interest_csv" not in shown.json()["parameters"]
    too_long = submit(
        url, kind="changepoints", start=..., nshares=..., interest_csv=text + "x" * 20
    )
    assert fields_of(too_long) == ["interest_csv"]


def test_a_symbol_that_the_sample_has_not_is_404(url):
    assert submit(url, symbol="ZZZZ").status_code == 404


def test_an_equal_fresh_analysis_is_answered_at_once(url, inbox, store):
    answered(store, REQUESTED, "key", json.dumps(RESULT).encode())
    answer = submit(url)
    assert answer.headers["location"] == "/api/analyses/request-1"
    assert answer.json()["status"] == "done"
    own = submit(url, id="my-own-id").json()
    assert (own["id"], own["status"]) == ("my-own-id", "done")
    assert get(url, "/api/analyses/my-own-id").json()["result"] == RESULT
    assert submit(url, nshares=11).json()["status"] == "queued"
    assert len(inbox.events) == 1


def test_the_table_is_csv_that_no_spreadsheet_evaluates(url, done):
    answer = get(url, "/api/analyses/request-1/result.csv")
    assert 'filename="AAPL-buy_and_hold.csv"' in answer.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["date", "profit"],
        ["2012-01-03", "0.0"],
        ["'=1+1", ""],
    ]


def test_the_live_stream_and_the_chart_are_those_of_a_forecast(url, done):
    done.put_chart("key", b"PNG")
    assert get(url, "/api/analyses/request-1/chart.png").content == b"PNG"
    told = get(url, "/api/analyses/request-1/events").text
    assert '"status":"done"' in told
    assert get(url, "/api/analyses/nobodys-id/events").status_code == 404


@pytest.mark.parametrize("kind", [ForecastRequested, PricesIngested])
def test_a_dead_letter_with_an_upload_fails_its_analysis(url, store, kind):
    options = {"interest_csv": export(MOST_CHARACTERS), **analyses.validated("changepoints", {})}
    requested = ForecastRequested("request-2", "AAPL", options=options, kind="changepoints")
    store.advance(requested, Status.INGESTING)
    data = requested.to_data() | STORED
    dead = Envelope("1", "/s", kind.TYPE, data, extensions={"knativeerrorcode": "503"})
    assert send(f"{url}/events/dead-letter", dead, TOKEN).status_code == 204
    assert store.read("request-2").status is Status.FAILED


def test_a_dead_letter_with_bad_parameters_still_fails_its_analysis(url, store):
    data = {"request_id": "request-3", "symbol": "AAPL", "kind": "history", "options": {"days": 1}}
    dead = Envelope("1", "/s", ForecastRequested.TYPE, data, extensions={"knativeerrorcode": "400"})
    send(f"{url}/events/dead-letter", dead, TOKEN)
    record = store.read("request-3")
    assert (record.status, record.requested.kind) == (Status.FAILED, "history")


def stored(prices, symbol="AAPL"):
    history = SampleProvider().fetch(symbol).history
    return prices.put("sample", history, fetched_at="2013-03-01T22:00:00Z", replaces=None)


def test_a_history_is_what_is_stored(url, inbox, prices):
    stored(prices)
    shown = get(url, "/api/symbols/aapl/history").json()
    rows = SampleProvider().fetch("AAPL").history.rows
    assert (shown["symbol"], shown["provider"], shown["currency"]) == ("AAPL", "sample", "USD")
    assert shown["fetched_at"] == "2013-03-01T22:00:00Z"
    assert shown["dates"] == [str(row.date) for row in rows]
    for name in ("close", "volume"):
        assert shown[name] == [getattr(row, name) for row in rows]
    scaled = csv_columns.read("AAPL", prices.get("prices/sample/AAPL.csv").body).adjusted_close
    assert shown["adj_close"] == pytest.approx(scaled, rel=1e-9)
    assert shown["adj_close"][-1] == shown["close"][-1] == 430.47
    assert inbox.events == []


def test_a_history_is_that_of_the_provider_that_is_most_recent(settings, prices):
    history = SampleProvider().fetch("IBM").history
    for provider, rows in (("tiingo", history.rows[:-1]), ("sample", history.rows)):
        shorter = PriceHistory("IBM", rows)
        prices.put(provider, shorter, fetched_at="2013-03-01T22:00:00Z", replaces=None)
    with serving(structs.replace(settings, providers=("tiingo", "sample"))) as url:
        assert get(url, "/api/symbols/IBM/history").json()["provider"] == "sample"


def test_a_history_has_null_where_the_source_has_nothing(url, prices):
    rows = [
        structs.replace(row, close=None, volume=None)
        for row in SampleProvider().fetch("FB").history.rows[:3]
    ]
    prices.put("sample", PriceHistory("FB", tuple(rows)), fetched_at="", replaces=None)
    shown = get(url, "/api/symbols/FB/history").json()
    assert shown["close"] == shown["volume"] == [None] * 3


def test_a_history_is_cut_to_its_range(url, prices):
    stored(prices)
    shown = get(url, "/api/symbols/AAPL/history", start="2012-12-22", end="2013-01-02").json()
    december = [f"2012-12-{day}" for day in (24, 26, 27, 28, 31)]
    assert shown["dates"] == [*december, "2013-01-02"]
    one = get(url, "/api/symbols/AAPL/history", start="2013-01-02", end="2013-01-02").json()
    assert one["dates"] == ["2013-01-02"]


@pytest.mark.parametrize(
    ("symbol", "query", "fields"),
    [
        ("AAPL", {"start": "soon", "end": "2013-02-30"}, ["start", "end"]),
        ("AAPL", {"start": "2013-01-02", "end": "2013-01-01"}, ["start"]),
        ("AAPL", {"start": "2014-01-01"}, ["start"]),
        ("AAPL", {"end": "1999-01-01"}, ["end"]),
        ("A" * 25, {"start": "soon"}, ["symbol", "start"]),
    ],
)
def test_a_history_of_a_bad_range_is_refused_by_name(url, prices, symbol, query, fields):
    stored(prices)
    assert fields_of(get(url, f"/api/symbols/{symbol}/history", **query)) == fields


def test_prices_that_are_not_stored_are_fetched_and_waited_for(url, inbox, prices):
    def ingest(event):
        if event.type == WarmupRequested.TYPE:
            stored(prices, event.data["symbol"])
        return 202, {}, b""

    inbox.answers = ingest
    shown = get(url, "/api/symbols/MSFT/history").json()
    assert shown["dates"][-1] == "2013-03-01"
    assert [event.data for event in inbox.events] == [{"symbol": "MSFT", "model": "calibrated"}]


@pytest.mark.parametrize(
    ("error", "status"),
    [(UnknownSymbolError("No ZZZZ."), 404), (TemporaryError("The provider is down."), 503)],
)
def test_why_prices_do_not_come_is_told_as_soon_as_it_is_known(
    settings, inbox, redis_client, error, status
):
    def ingest(event):
        MissingPrices(redis_client).note(event.data["symbol"], error)
        return 202, {}, b""

    inbox.answers = ingest
    with serving(structs.replace(settings, providers=("tiingo",))) as url:
        answer = get(url, "/api/symbols/ZZZZ/history")
    assert (answer.status_code, answer.json()["detail"]) == (status, error.detail)


def test_prices_that_do_not_come_are_503(settings, monkeypatch):
    monkeypatch.setattr("functions.web.api.symbols.PRICES_WAIT_S", 0.3)
    with serving(structs.replace(settings, providers=("tiingo",))) as url:
        answer = get(url, "/api/symbols/ZZZZ/history")
    assert answer.status_code == 503
    assert "ZZZZ" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) >= 1


def test_histories_without_a_bucket_are_503_and_of_a_foreign_symbol_404(settings):
    with serving(structs.replace(settings, s3=None)) as url:
        assert "S3_BUCKET" in get(url, "/api/symbols/AAPL/history").json()["detail"]
        assert get(url, "/api/symbols/ZZZZ/history").status_code == 404
