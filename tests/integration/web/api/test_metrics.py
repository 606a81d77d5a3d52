"""GET /metrics: each function counts its work in Redis, and Prometheus can read the answer."""

import asyncio
from urllib.parse import urlsplit

import pytest
import requests
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from functions.common.cloudevents.event import Envelope
from functions.common.errors import UnknownSymbolError
from functions.common.messages.events import ForecastRequested, PricesIngested
from functions.common.requests.keys import every_counts_key
from functions.common.requests.metrics import Counters
from functions.common.requests.record import Source, Status
from functions.common.requests.steps import Steps
from functions.web.stores.requests import WebStore, connect
from tests.integration.web.serving import serving
from tests.support.aging import older
from tests.support.events import send
from tests.support.turns import answered
from tests.support.waiting import until

TOKEN = "planted-token-for-metrics"
TTL_MS = 90 * 24 * 3600 * 1000


@pytest.fixture
def settings(settings):
    return replace(settings, requests_per_minute=1000)


def scraped(url, **headers):
    """Each sample that is not zero, by its name and labels."""
    answer = requests.get(f"{url}/metrics", headers=headers, timeout=300)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.value
    }


def asked(number, **changes):
    return ForecastRequested(f"request-{number}", "AAPL", 45, **changes)


def test_nothing_is_counted_at_first(url):
    assert scraped(url) == {}


def test_requests_are_counted_by_model_source_and_problem(url, store):
    for number in range(40):  # more than the number of shards
        store.advance(asked(number), Status.QUEUED)
        store.done(asked(number), "key", Source.STORED if number % 2 else Source.COMPUTED)
    store.fail(asked(100, model="prophet"), UnknownSymbolError("no such"))
    found = scraped(url)
    assert found["stockcast_requests_accepted_total", "calibrated", "forecast"] == 40
    assert found["stockcast_requests_accepted_total", "forecast", "prophet"] == 1
    assert found["stockcast_requests_done_total", "calibrated", "computed", "forecast"] == 20
    assert found["stockcast_requests_done_total", "calibrated", "forecast", "stored"] == 20
    failed = ("stockcast_requests_failed_total", "forecast", "prophet", "unknown-symbol")
    assert found[failed] == 1


def test_what_changes_nothing_is_not_counted(url, store):
    for _ in range(3):
        store.advance(asked(1), Status.QUEUED)
        store.advance(asked(1), Status.INGESTING)
        store.done(asked(1), "key")
    store.fail(asked(1), UnknownSymbolError("late"))
    found = scraped(url)
    assert found["stockcast_requests_accepted_total", "calibrated", "forecast"] == 1
    assert found["stockcast_request_stage_seconds_count", "ingesting"] == 1
    assert not [name for name, *_ in found if "failed" in name]


def test_each_stage_is_timed(url, store, redis_client):
    for status, spent_s in ((Status.QUEUED, 0.2), (Status.INGESTING, 3), (Status.FORECASTING, 700)):
        store.advance(asked(1), status)
        older(redis_client, "request-1", spent_s)
    store.done(asked(1), "key")
    found = scraped(url)
    assert found["stockcast_request_stage_seconds_sum", "queued"] == pytest.approx(0.2, abs=0.04)
    assert ("stockcast_request_stage_seconds_bucket", "0.1", "queued") not in found
    assert found["stockcast_request_stage_seconds_bucket", "0.25", "queued"] == 1
    assert ("stockcast_request_stage_seconds_bucket", "2.5", "ingesting") not in found
    assert found["stockcast_request_stage_seconds_bucket", "5.0", "ingesting"] == 1
    assert ("stockcast_request_stage_seconds_bucket", "600.0", "forecasting") not in found
    assert found["stockcast_request_stage_seconds_bucket", "+Inf", "forecasting"] == 1
    assert found["stockcast_request_stage_seconds_sum", "total"] == pytest.approx(703.2, abs=1)


def test_a_question_that_web_answers_at_once_is_counted_as_such(url, store):
    answered(store, asked(1), "key")
    body = {"symbol": "AAPL", "days": 45}
    for own_id in ({}, {"id": "my-own-id"}, {}):
        answer = requests.post(f"{url}/api/forecasts", json={**body, **own_id}, timeout=300)
        assert answer.json()["status"] == "done"
    found = scraped(url)
    assert found["stockcast_requests_accepted_total", "calibrated", "forecast"] == 1 + 3
    assert found["stockcast_requests_done_total", "calibrated", "forecast", "latest"] == 3


def test_an_analysis_is_counted_by_its_kind(url, store):
    wanted = ForecastRequested("request-1", "AAPL", kind="buy_and_hold", options={"nshares": 1.0})
    store.advance(wanted, Status.QUEUED)
    assert scraped(url)["stockcast_requests_accepted_total", "", "buy_and_hold"] == 1


def test_the_members_of_a_batch_are_requests(url):
    body = {"symbols": ["AAPL", "IBM", "MSFT"], "days": 30, "model": "prophet"}
    assert requests.post(f"{url}/api/batches", json=body, timeout=300).status_code == 202
    assert scraped(url)["stockcast_requests_accepted_total", "forecast", "prophet"] == 3


def test_dead_letters_are_counted_by_the_types_that_are_ours(settings):
    with serving(replace(settings, event_tokens=(TOKEN,))) as url:
        for number, kind in enumerate((PricesIngested.TYPE, PricesIngested.TYPE, "somebody.elses")):
            event = Envelope(f"dead-{number}", "/test", kind, {"request_id": f"dead-{number}"})
            send(f"{url}/events/dead-letter", event, TOKEN)
        found = scraped(url)
    assert found["stockcast_dead_letters_total", PricesIngested.TYPE] == 2
    assert found["stockcast_dead_letters_total", "other"] == 1


def test_calls_to_providers_are_counted_by_outcome(url, redis_client):
    counters = Counters(Steps(redis_client, are_split=False))
    for outcome in ("answered", "answered", "failed"):
        counters.add("provider", "tiingo", outcome)
    found = scraped(url)
    assert found["stockcast_provider_calls_total", "answered", "tiingo"] == 2
    assert found["stockcast_provider_calls_total", "failed", "tiingo"] == 1


def test_open_streams_are_those_of_this_process(url, store):
    store.advance(asked(1), Status.QUEUED)
    with requests.get(f"{url}/api/forecasts/request-1/events", stream=True, timeout=300) as stream:
        lines = stream.iter_lines()
        while not next(lines).startswith(b"data:"):
            pass
        assert scraped(url)["stockcast_open_streams",] == 1
    store.done(asked(1), "gone")
    until(lambda: scraped(url), lambda told: ("stockcast_open_streams",) not in told)


def test_every_count_has_a_time_to_live(store, redis_client, redis_settings):
    store.done(asked(1), "key")
    asyncio.run(count_a_dead_letter(redis_settings))
    counted = [key for key in every_counts_key() if redis_client.exists(key)]
    assert len(counted) == 2
    assert all(0 < redis_client.pttl(key) <= TTL_MS for key in counted)


async def count_a_dead_letter(redis_settings):
    redis = connect(redis_settings)
    await WebStore(redis, redis_settings).count_dead_letter("other")
    await redis.aclose()


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_what_came_through_an_ingress_is_told_nothing(url, header):
    answer = requests.get(f"{url}/metrics", headers={header: "for=203.0.113.7"}, timeout=300)
    assert answer.status_code == 404
    assert "stockcast_" not in answer.text


def test_with_a_token_it_alone_opens(settings):
    with serving(replace(settings, metrics_token=TOKEN)) as url:
        for given in ("", "Bearer ", "Bearer wrong", TOKEN):
            answer = requests.get(
                f"{url}/metrics", headers={"authorization": given} if given else {}, timeout=300
            )
            assert answer.status_code == 404, given
        through_ingress = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "203.0.113.7"}
        assert scraped(url, **through_ingress) == {}


def test_neither_tokens_nor_addresses_with_passwords_are_shown(
    settings, redis_settings, inbox, store
):
    store.done(asked(1), "key")
    settings = replace(settings, metrics_token=TOKEN)
    with serving(settings) as url:
        headers = {"authorization": f"Bearer {TOKEN}"}
        text = requests.get(f"{url}/metrics", headers=headers, timeout=300).text
    for secret in (TOKEN, urlsplit(redis_settings.url).netloc, inbox.url, "AAPL", "request-1"):
        assert secret not in text
    assert TOKEN not in repr(settings)
