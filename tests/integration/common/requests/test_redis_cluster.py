"""The whole of Stockcast, and its stores, on a real Redis Cluster."""

import asyncio
import json

import pytest
import redis
import requests
from msgspec import structs

from functions.common.config import RedisSettings
from functions.common.errors import ConflictError, TemporaryError, ThrottledError
from functions.common.messages.events import ForecastRequested
from functions.common.redis_client import connect
from functions.common.requests.claims import Claims, Outcome
from functions.common.requests.keys import event_name, history_name, result_key
from functions.common.requests.record import Source, Status
from functions.common.requests.steps import Steps
from functions.common.requests.store import Requests
from functions.ingest.providers.budget import Budget, Limit
from functions.web.limits.rates import Rate
from functions.web.stores.requests import WebStore
from functions.web.stores.requests import connect as connect_web
from local.servers import free_port
from local.stack import FUNCTIONS
from tests.support import redis_cluster, stacks
from tests.support.waiting import has_ended, until


@pytest.fixture(scope="module")
def cluster_url(tmp_path_factory):
    with redis_cluster.started(tmp_path_factory.mktemp("cluster")) as url:
        yield url


@pytest.fixture(scope="module")
def web_url(cluster_url, tmp_path_factory):
    """A stack whose functions use the cluster. Its broker has its own Redis."""
    home = tmp_path_factory.mktemp("stack")
    on_cluster = {"REDIS_URL": cluster_url, "REDIS_CLUSTER": "true", "RATE_LIMIT": "1000"}
    stack, (url, *_) = stacks.started(home, on_cluster, only=FUNCTIONS)
    yield url
    stack.stop()
    assert "lost the subscription" not in (home / "logs" / "web.log").read_text()


@pytest.fixture
def settings(cluster_url):
    return RedisSettings(cluster_url, True, 3600, 600)


@pytest.fixture
def client(settings):
    client = connect(settings)
    yield client
    client.close()


@pytest.fixture
async def web(settings):
    """The client of web."""
    redis = connect_web(settings)
    yield redis
    await redis.aclose()


def ended(url, request_id):
    path = f"{url}/api/forecasts/{request_id}"
    return until(lambda: requests.get(path, timeout=300).json(), has_ended)


def test_requests_are_answered_and_spread_over_every_node(web_url, client):
    ids = [f"on-a-cluster-{number}" for number in range(12)]
    for number, request_id in enumerate(ids):
        body = {"symbol": ("AAPL", "IBM")[number % 2], "days": 20 + number, "id": request_id}
        assert requests.post(f"{web_url}/api/forecasts", json=body, timeout=300).status_code == 202
    assert {ended(web_url, one)["status"] for one in ids} == {"done"}
    for node in client.get_primaries():
        of_node = redis.Redis(host=node.host, port=node.port)
        assert of_node.dbsize() > 0, node
        of_node.close()


def test_each_change_is_streamed_whichever_node_the_request_is_on(web_url):
    for number in range(6):
        body = {"symbol": "MSFT", "days": 50 + number, "id": f"watched-{number}"}
        answer = requests.post(f"{web_url}/api/forecasts", json=body, timeout=300)
        events = web_url + answer.json()["links"]["events"]
        with requests.get(events, stream=True, timeout=300) as stream:
            told = [json.loads(line[5:]) for line in stream.iter_lines() if line[:5] == b"data:"]
        assert told[-1]["status"] == "done"


def test_a_chart_is_drawn_and_an_equal_question_answered_at_once(web_url):
    body = {"symbol": "GOOG", "days": 30, "id": "with-a-chart"}
    requests.post(f"{web_url}/api/forecasts", json=body, timeout=300)
    assert ended(web_url, "with-a-chart")["status"] == "done"
    chart = requests.get(f"{web_url}/api/forecasts/with-a-chart/chart.png", timeout=300)
    assert chart.content.startswith(b"\x89PNG")
    for again in ({**body, "id": "asked-again"}, {"symbol": "GOOG", "days": 30}):
        answer = requests.post(f"{web_url}/api/forecasts", json=again, timeout=300)
        assert answer.json()["status"] == "done", answer.text
    assert requests.get(f"{web_url}/readyz", timeout=300).ok


def test_the_scripts_run_where_their_keys_are(client, settings):
    store = Requests(client, settings)
    claims = Claims(Steps(client, are_split=True))
    budget = Budget(client, "provider", [Limit(1, 60, "BUDGET")])
    for number in range(8):
        requested = ForecastRequested(f"scripted-{number}", "AAPL", 45)
        assert store.advance(requested, Status.INGESTING).stands_at is None
        with pytest.raises(ConflictError):
            store.advance(structs.replace(requested, days=46), Status.FORECASTING)
        with claims.claimed(f"stockcast:claim:{{{number}}}") as claim:
            claim.complete(number, 10)
        with claims.claimed(f"stockcast:claim:{{{number}}}") as outcome:
            assert outcome == Outcome(number)
    budget.spend()
    with pytest.raises(ThrottledError):
        budget.spend()


async def test_a_client_is_limited_before_a_result_is_looked_up(web, settings):
    store = WebStore(web, settings)
    requested = ForecastRequested("limited-1", "AAPL", 45)
    submission = (requested, Rate("192.0.2.1", 2, 0))
    for _ in range(2):
        came = await store.submit(*submission, most_waiting=9, has_own_id=True)
        assert came.status is Status.QUEUED
    with pytest.raises(ThrottledError, match="More than 2 requests a minute from 192"):
        await store.submit(*submission, most_waiting=9, has_own_id=True)


def test_a_whole_turn_runs_part_by_part(client, settings):
    store = Requests(client, settings)
    for number in range(8):
        requested = ForecastRequested(f"in-turn-{number}", "AAPL", 400 + number)
        key = result_key(requested, "etag", "1")
        with store.turn(event_name("ingest", "/test", f"in-turn-{number}")) as turn:
            assert turn.pass_on(requested, Status.INGESTING, "reply")
            turn.finish("reply")
        event = event_name("forecast", "/test", f"in-turn-{number}")
        with store.turn(event) as turn:
            assert turn.begin(requested, Status.FORECASTING, result_key=key).result is None
            turn.done(requested, key, b"{}", Source.COMPUTED)
            turn.finish("reply")
        assert store.read(requested.request_id).status is Status.DONE
        with store.turn(None) as turn:
            again = structs.replace(requested, request_id=f"in-turn-again-{number}")
            assert turn.begin(again, Status.FORECASTING, result_key=key).result == b"{}"


async def test_results_share_their_history_on_a_cluster(web, client, settings):
    store = Requests(client, settings)
    for symbol in ("AAPL", "IBM", "MSFT", "GOOG"):
        asked = [ForecastRequested(f"apart-{symbol}-{days}", symbol, days) for days in (30, 45)]
        keys = [result_key(one, "apart", "1") for one in asked]
        assert len({history_name(key) for key in keys}) == 1
        for requested, key in zip(asked, keys, strict=True):
            result = b'{"days":%d,"history":{"close":[1.5]}}' % requested.days
            with store.turn(None) as turn:
                assert turn.begin(requested, Status.FORECASTING, result_key=key).result is None
                turn.done(requested, key, result, Source.COMPUTED)
                turn.finish(None)
            found = await WebStore(web, settings).read_with_result(requested.request_id)
            assert found[1] == result
        client.delete(history_name(keys[0]))
        assert await WebStore(web, settings).result(keys[0]) is None


def test_a_cluster_that_is_away_is_temporary_and_stops_no_function_at_its_start():
    settings = RedisSettings(f"redis://127.0.0.1:{free_port()}/0", True, 3600, 600)
    store = Requests(connect(settings), settings)
    with pytest.raises(TemporaryError, match="Redis does not answer"):
        store.read("no-request")
    with pytest.raises(TemporaryError, match="Redis does not answer"):
        store.advance(ForecastRequested("no-request", "AAPL", 45), Status.INGESTING)

    async def read_by_web():
        redis = connect_web(settings)
        with pytest.raises(TemporaryError, match="Redis does not answer"):
            await WebStore(redis, settings).read("no-request")
        await redis.aclose()

    asyncio.run(read_by_web())
