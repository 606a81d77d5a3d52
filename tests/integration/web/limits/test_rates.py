"""How much of web one client and all clients can use, and what a slow client can block."""

import socket
from urllib.parse import urlsplit

import pytest
import requests
from msgspec.structs import replace

from functions.common.errors import RequestError
from functions.common.messages.events import ForecastRequested
from functions.common.requests.keys import counts_key, shard_of
from functions.common.requests.record import Status
from functions.common.requests.store import Requests
from functions.web import security
from tests.integration.web.serving import serving
from tests.support.turns import answered
from tests.support.waiting import until

ASKED = {"symbol": "AAPL", "days": 45}


def submit(url, client="192.0.2.1", **headers):
    headers = {"x-forwarded-for": client} | headers
    return requests.post(f"{url}/api/forecasts", json=ASKED, headers=headers, timeout=300)


def statuses(url, clients):
    return [submit(url, client).status_code for client in clients]


@pytest.fixture
def limited(settings):
    """web that takes two requests a minute from each client."""
    with serving(replace(settings, requests_per_minute=2)) as url:
        yield url


def test_one_client_is_limited_and_others_are_not(limited):
    assert statuses(limited, ["192.0.2.1"] * 3) == [202, 202, 429]
    assert statuses(limited, ["192.0.2.2"]) == [202]


def test_all_together_are_limited(settings):
    of_all = replace(settings, requests_per_minute=2, requests_per_minute_of_all=4)
    with serving(of_all) as url:
        # A request refused because of its own client does not count against other clients.
        assert statuses(url, ["192.0.2.1"] * 5) == [202, 202, 429, 429, 429]
        assert statuses(url, ["192.0.2.2", "192.0.2.3", "192.0.2.4"]) == [202, 202, 429]
        assert "all callers" in submit(url, "192.0.2.5").json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"{}", 422), (b'{"symbol": "ZZZZ", "days": 45}', 404), (b"x" * 70_000, 413)],
)
def test_submissions_that_are_refused_count_too(limited, inbox, body, status):
    headers = {"content-type": "application/json", "x-forwarded-for": "192.0.2.1"}
    path = f"{limited}/api/forecasts"
    answers = [
        requests.post(path, data=body, headers=headers, timeout=300).status_code for _ in range(3)
    ]
    assert [*answers, submit(limited).status_code] == [status, status, 429, 429]
    assert inbox.events == []


@pytest.fixture
def known(redis_client, redis_settings):
    """Store an answer to the question."""
    requested = ForecastRequested("request-1", "AAPL", 45)
    answered(Requests(redis_client, redis_settings), requested, "key")
    return requested


@pytest.mark.parametrize("most", [0, 1000])
def test_a_repeat_is_one_round_trip_to_redis_with_and_without_limits(
    settings, redis_client, known, most
):
    def reads():
        return redis_client.info("stats")["total_reads_processed"]

    both = replace(settings, requests_per_minute=most, requests_per_minute_of_all=50 * most)
    with serving(both) as url:
        assert submit(url).json()["status"] == "done"
        before = reads()
        assert statuses(url, ["192.0.2.1"] * 40) == [202] * 40
        assert round((reads() - before) / 40) == 1


def test_repeats_are_limited_and_those_refused_are_not_counted_as_accepted(
    settings, redis_client, known
):
    def repeats():
        """How many repeats web accepted, and how many it answered with the latest result."""
        kept = counts_key(shard_of(known.symbol))
        return [
            int(redis_client.hget(kept, name) or 0)
            for name in ("accepted|forecast|calibrated", "done|forecast|calibrated|latest")
        ]

    limited = replace(settings, requests_per_minute=2, requests_per_minute_of_all=3)
    before = repeats()
    with serving(limited) as url:
        clients = ["192.0.2.1"] * 3 + ["192.0.2.2"] * 2
        assert statuses(url, clients) == [202, 202, 429, 202, 429]
        refused = submit(url, "192.0.2.3")
    assert refused.json()["detail"].startswith("More than 3 requests a minute from all callers")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert [after - one for after, one in zip(repeats(), before, strict=True)] == [3, 3]


def test_batches_that_are_refused_count_too(limited):
    body = {"symbols": ["A B"], "days": 45}
    answers = [requests.post(f"{limited}/api/batches", json=body, timeout=300) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]


def test_warm_ups_that_cannot_be_read_count_too(limited, inbox):
    answers = [requests.post(f"{limited}/api/warmup", json={}, timeout=300) for _ in range(2)]
    answers.append(requests.post(f"{limited}/api/warmup", json={"symbol": "AAPL"}, timeout=300))
    assert [answer.json() for answer in answers] == [{"warming": False}] * 3
    assert inbox.events == []


def test_nobody_escapes_by_what_they_say_before_a_proxy_adds_where_they_are(limited):
    said = [f"203.0.113.{number}, 192.0.2.1" for number in range(3)]
    assert statuses(limited, said) == [202, 202, 429]


@pytest.mark.parametrize("said", ["}:x", "a" * 60_000, "%0d%0a", "unknown, :::", "1.2.3.4\t"])
def test_what_is_no_address_is_one_client(settings, redis_client, said):
    with serving(replace(settings, requests_per_minute=10)) as url:
        assert submit(url, said).status_code in {202, 400, 431}
    counters = [key.decode() for key in redis_client.keys("stockcast:rate:*:client:*")]
    assert all(len(key) < 80 for key in counters)


def watching(url, request_id="request-1"):
    return requests.get(f"{url}/api/forecasts/{request_id}/events", stream=True, timeout=300)


def test_open_streams_are_limited_and_closed_ones_given_back(
    settings, redis_client, redis_settings
):
    store = Requests(redis_client, redis_settings)
    store.advance(ForecastRequested("request-1", "AAPL", 45), Status.QUEUED)
    with serving(replace(settings, streams_per_client=2)) as url:
        first, second = watching(url), watching(url)
        third = watching(url)
        assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
        assert int(third.headers["retry-after"]) >= 1
        first.close()
        answer = until(lambda: watching(url), lambda answer: answer.status_code == 200)
        store.fail(ForecastRequested("request-1", "AAPL", 45), RequestError("It was a test."))
        assert b'"failed"' in answer.content + second.content


def talk(url, text):
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=300)
    connection.sendall(text.encode())
    return connection


HEAD = "POST /api/forecasts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
HALF_SENT = HEAD + 'content-length: 30\r\n\r\n{"symbol"'


@pytest.fixture
def endless_patience(monkeypatch):
    monkeypatch.setattr(security, "BODY_TIMEOUT_S", 3600)


def test_a_body_that_is_late_counts_before_it_comes(settings, redis_client, endless_patience):
    with (
        serving(replace(settings, requests_per_minute=1)) as url,
        talk(url, HALF_SENT) as connection,
    ):
        until(lambda: redis_client.keys("stockcast:rate:*:client:127.0.0.1"))
        assert submit(url, "127.0.0.1").status_code == 429
        connection.sendall(b': "AAPL", "days": 45}')
        # It does not count twice.
        assert connection.recv(4000).startswith(b"HTTP/1.1 202 ")


def test_nobody_over_the_limit_is_waited_for(settings, endless_patience):
    with serving(replace(settings, requests_per_minute=1)) as url:
        assert submit(url, "127.0.0.1").status_code == 202
        with talk(url, HALF_SENT) as connection:
            assert connection.recv(4000).startswith(b"HTTP/1.1 429 ")


def test_a_body_without_length_is_413_once_it_is_too_large(settings):
    with serving(settings) as url:
        endless = (b"x" * 10_000 for _ in range(1000))
        headers = {"content-type": "application/json"}
        try:
            answer = requests.post(
                f"{url}/api/forecasts", data=endless, headers=headers, timeout=300
            )
        except requests.ConnectionError:
            return  # web closes the connection of a client that keeps sending
        assert answer.status_code == 413


def test_a_sender_that_leaves_half_way_disturbs_nobody(settings):
    with serving(settings) as url:
        talk(url, HALF_SENT).close()
        assert submit(url).status_code == 202


def test_hundreds_of_half_sent_requests_keep_nobody_waiting(settings):
    with serving(settings) as url:
        halves = [talk(url, "GET /healthz HTTP/1.1\r\nhost: x\r\nx-") for _ in range(300)]
        assert submit(url).status_code == 202
        for half in halves:
            half.close()
