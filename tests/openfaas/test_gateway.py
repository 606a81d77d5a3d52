"""The stand-in behaves like the documented gateway."""

import pytest
import requests

from functions.common.cloudevents.event import Envelope
from tests.openfaas.gateway import MOST_BYTES, Gateway
from tests.support.inbox import Inbox
from tests.support.waiting import until

NOW = "2026-11-24T12:00:00Z"
EVENT = Envelope("1", "/test", "a.type", {"a": 1}, time=NOW, extensions={"traceparent": "00-1"})


@pytest.fixture
def function():
    inbox = Inbox(lambda _: (503, {"x-of-function": "yes"}, b"said"))
    yield inbox
    inbox.close()


@pytest.fixture
def answering():
    """Answers with an event, because an inbox takes only events."""
    headers, body = EVENT.to_binary()
    inbox = Inbox(lambda _: (200, headers, body))
    yield inbox
    inbox.close()


@pytest.fixture
def gateway(function):
    gateway = Gateway()
    gateway.functions["one"] = function.url.rstrip("/")
    yield gateway
    gateway.close()


def post(gateway, path, **headers):
    given, body = EVENT.to_binary()
    return requests.post(gateway.url + path, data=body, headers={**given, **headers}, timeout=300)


def test_a_synchronous_call_gets_the_answer_of_the_function(gateway, function):
    answer = post(gateway, "/function/one")
    assert (answer.status_code, answer.content) == (503, b"said")
    assert answer.headers["x-of-function"] == "yes"
    assert function.events == [EVENT]


def test_an_asynchronous_call_is_taken_and_delivered_once_with_its_headers(gateway, function):
    answer = post(gateway, "/async-function/one/some/path?a=b")
    assert answer.status_code == 202
    assert answer.headers["x-call-id"]
    until(lambda: gateway.answers)
    assert gateway.answers == [("one", "/some/path?a=b", 503)]
    assert function.events == [EVENT]


def test_a_callback_gets_the_answer(gateway, answering, inbox):
    gateway.functions["two"] = answering.url.rstrip("/")
    post(gateway, "/async-function/two", **{"x-callback-url": inbox.url})
    assert until(lambda: inbox.events) == [EVENT]


def test_a_function_that_is_down_is_502(gateway):
    gateway.functions["down"] = "http://127.0.0.1:9"
    assert post(gateway, "/function/down").status_code == 502


@pytest.mark.parametrize("path", ["/function/none", "/async-function/none", "/elsewhere"])
def test_what_is_not_deployed_is_404(gateway, path):
    assert post(gateway, path).status_code == 404


def test_only_posts_are_queued(gateway):
    assert requests.get(f"{gateway.url}/async-function/one", timeout=300).status_code == 405


def test_what_is_too_large_for_the_queue_is_refused(gateway):
    url = f"{gateway.url}/async-function/one"
    assert requests.post(url, data=b"x" * (MOST_BYTES + 1), timeout=300).status_code == 500
