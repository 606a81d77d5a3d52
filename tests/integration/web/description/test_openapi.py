"""Each refusal in the API's description happens, and looks as described."""

import http.client
import time
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
import urllib3
from msgspec.structs import replace
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from functions.common.messages.events import ForecastRequested
from functions.common.requests.record import Status
from functions.web import security
from functions.web.api import uploads
from local.servers import free_port
from tests.integration.web.serving import serving
from tests.support.description import DOCUMENT
from tests.support.waiting import until

load_all_checks()
described = schemathesis.openapi.from_dict(DOCUMENT)
UPLOADS = "/api/prices"
MET_ELSEWHERE = {(UPLOADS, "403"), (UPLOADS, "404"), (UPLOADS, "409")}
"""By test_uploads.py."""
REFUSALS = [
    (method, path, int(status))
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    for status in operation["responses"]
    if int(status) >= 400 and (path, status) not in MET_ELSEWHERE
]
STATUSES = sorted({status for _, _, status in REFUSALS})
GOOD = {
    "/api/forecasts": {"symbol": "AAPL", "days": 45},
    "/api/analyses": {"symbol": "AAPL", "kind": "buy_and_hold", "start": "2012-01-03"},
    "/api/batches": {"symbols": ["AAPL"], "days": 45},
    "/api/warmup": {"symbol": "AAPL"},
}
BODIES = {400: {"data": b"{"}, 413: {"data": b"x" * 200_000}, 422: {"json": {}}}
REQUESTED = ForecastRequested("request-1", "AAPL", 45)


def ask(url, method, path, **options):
    if path == UPLOADS:
        options = {"data": b"date,close\n", "headers": {"content-type": "text/csv"}, **options}
    elif method == "post" and not {"json", "data"} & set(options):
        options["json"] = GOOD[path]
    options.setdefault("headers", {"content-type": "application/json"})
    path = path.format(id="request-1", symbol="AAPL")
    return requests.request(method, url + path, timeout=300, **options)


def refused(url, method, path, status, store):
    """The answer to a request that web must refuse with `status`."""
    if status == 408:
        return answer_of(half_sent(url, path), url, path)
    if method == "post":
        return ask(url, method, path, **bad_post(url, path, status))
    if status == 409:
        store.advance(REQUESTED, Status.QUEUED)
    if status == 410:
        store.done(REQUESTED, "gone")
    if status == 422:
        return ask(url, method, path, params={"start": "tomorrow", "theme": "pink", "days": "soon"})
    return ask(url, method, path.replace("{symbol}", "ZZZZ"))


def bad_post(url, path, status):
    """The body for `path`."""
    if path == UPLOADS and status in {413, 422}:
        return {"data": b"x" * 6_000_000} if status == 413 else {"params": {"column": "x" * 201}}
    if status == 415:
        return {"headers": {"content-type": "text/plain"}}
    if status == 404:
        return {"json": GOOD[path] | {"symbol": "ZZZZ"}}
    if status == 409:
        own = GOOD[path] | {"id": f"own-{time.monotonic_ns()}"}
        assert ask(url, "post", path, json=own).status_code == 202
        return {"json": own | ({"symbols": ["IBM"]} if "batches" in path else {"symbol": "IBM"})}
    return BODIES[status]


def half_sent(url, path):
    """Send only the first part of a submission."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
    connection.putrequest("POST", path)
    kind = "text/csv" if path == UPLOADS else "application/json"
    connection.putheader("content-type", kind)
    connection.putheader("content-length", "30")
    connection.endheaders(b'{"symbol"')
    return connection


def answer_of(connection, url, path):
    """The server's answer in the form of `requests`."""
    met = connection.getresponse()
    answer = requests.Response()
    answer.status_code, answer._content = met.status, met.read()
    answer.headers.update(met.getheaders())
    answer.raw = urllib3.HTTPResponse(headers=dict(met.getheaders()))
    answer.request = requests.Request("POST", url + path).prepare()
    connection.close()
    return answer


def assert_described(answer, method, path, status):
    assert answer.status_code == status, (method, path, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["status"] == status
    case = described[path][method.upper()].Case(
        path_parameters={"id": "request-1", "symbol": "AAPL"}
    )
    case.validate_response(answer, checks=[response_schema_conformance, status_code_conformance])
    if status in {429, 503}:
        assert int(answer.headers["retry-after"]) >= 1


def named(status):
    return [(method, path) for method, path, one in REFUSALS if one == status]


def test_the_refusals_are_those_below():
    assert STATUSES == [400, 404, 408, 409, 410, 413, 415, 422, 429, 503]


@pytest.mark.parametrize("status", [400, 404, 408, 409, 410, 413, 415, 422])
def test_what_a_caller_does_wrong_is_refused_as_described(settings, store, monkeypatch, status):
    monkeypatch.setattr(security, "BODY_TIMEOUT_S", 0.1)
    monkeypatch.setattr(uploads, "BODY_WAIT_S", 0.1)
    assert named(status)
    with serving(settings) as url:
        for method, path in named(status):
            answer = refused(url, method, path, status, store)
            assert_described(answer, method, path, status)


def test_too_much_is_refused_as_described(settings):
    with serving(settings) as url:
        for path in ("/api/forecasts", "/api/batches"):
            own = GOOD[path] | {"id": "request-1"}
            assert ask(url, "post", path, json=own).status_code == 202
    most = replace(settings, requests_per_minute_of_all=1, streams_per_client=1)
    for method, path in named(429):
        with serving(most) as url:
            # The first two can fall into two different minutes.
            answers = [ask(url, method, path, stream=True) for _ in range(3)]
            assert_described(answers[-1], method, path, 429)
            for answer in answers:
                answer.close()


def test_without_redis_everything_is_refused_as_described(settings):
    nowhere = replace(settings.redis, url=f"redis://127.0.0.1:{free_port()}/0")
    with serving(replace(settings, redis=nowhere, requests_per_minute=100)) as url:
        for method, path in named(503):
            if path not in ("/api/symbols", "/api/sources", "/api/warmup"):  # they do without
                assert_described(ask(url, method, path), method, path, 503)


@pytest.fixture
def busy(settings):
    """web refuses everything except probes."""
    origins = ("https://friend.example",)
    with serving(replace(settings, concurrency_limit=1, cors_origins=origins)) as url:
        slow = half_sent(url, "/api/forecasts")
        until(lambda: ask(url, "get", "/api/symbols").status_code, lambda status: status == 503)
        yield url
        slow.close()


def test_while_it_is_busy_everything_is_refused_as_described(busy):
    for method, path in named(503):
        if path != "/readyz":  # web always answers probes
            assert_described(ask(busy, method, path), method, path, 503)


def test_while_it_is_busy_a_page_of_another_origin_is_told_when_to_ask_again(busy):
    answer = ask(busy, "get", "/api/symbols", headers={"origin": "https://friend.example"})
    assert_described(answer, "get", "/api/symbols", 503)
    assert answer.headers["access-control-allow-origin"] == "https://friend.example"
    assert "retry-after" in answer.headers["access-control-expose-headers"]
