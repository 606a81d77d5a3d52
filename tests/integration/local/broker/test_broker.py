"""The broker as its own process, with a real Redis and real subscribers."""

import base64
import signal
import sys
import time

import pytest
import requests

from functions.common.cloudevents.event import Envelope
from local.broker import queue
from local.process import Process
from local.servers import Program, answers_http, free_port
from tests.support.events import send
from tests.support.inbox import Inbox
from tests.support.waiting import until

MANIFEST = """
kind: Broker
metadata: {{name: b}}
spec:
  delivery:
    retry: {retry}
    backoffPolicy: linear
    backoffDelay: PT0.05S
    timeout: PT2S
    deadLetterSink: {{uri: "{dead}"}}
---
kind: Trigger
metadata: {{name: first}}
spec:
  broker: b
  filter: {{attributes: {{type: first}}}}
  subscriber: {{uri: "{first}"}}
---
kind: Trigger
metadata: {{name: second}}
spec:
  broker: b
  filters: [{{prefix: {{type: sec}}}}]
  subscriber: {{uri: "{second}"}}
"""


def event(number=1, kind="first"):
    return Envelope(
        id=str(number), source="/test", type=kind, data={"n": number}, time="2013-03-01T12:00:00Z"
    )


def reply(given):
    headers, body = event(given.data["n"], "second").to_binary()
    return 200, headers, body


@pytest.fixture
def inboxes():
    made = {name: Inbox() for name in ("first", "second", "dead")}
    yield made
    for inbox in made.values():
        inbox.close()


@pytest.fixture
def broker(tmp_path, redis_settings, inboxes):
    urls = {name: inbox.url for name, inbox in inboxes.items()}
    (tmp_path / "all.yaml").write_text(MANIFEST.format(retry=2, **urls))
    port = free_port()
    argv = [
        *(sys.executable, "-m", "local.broker.server", "--port", str(port)),
        *("--redis-url", redis_settings.url, "--triggers", str(tmp_path)),
    ]
    program = Program("broker", tuple(argv), (port,), lambda: answers_http(port, "/readyz"))
    process = Process(program, tmp_path / "log")
    process.start()
    process.wait_until_ready(300)
    process.url = f"http://127.0.0.1:{port}/"
    yield process
    process.stop()


@pytest.mark.parametrize("mode", ["to_binary", "to_structured"])
def test_an_event_reaches_the_trigger_that_wants_it_and_no_other(broker, inboxes, mode):
    assert send(broker.url, event(), mode=mode).status_code == 202
    until(lambda: inboxes["first"].events)
    assert inboxes["first"].events == [event()]
    assert inboxes["second"].events == []


def test_a_reply_event_is_routed(broker, inboxes):
    inboxes["first"].answers = reply
    send(broker.url, event(7))
    until(lambda: inboxes["second"].events)
    assert inboxes["second"].events == [event(7, "second")]


def test_an_event_that_no_trigger_wants_is_taken_counted_and_logged_once_a_type(broker, inboxes):
    for number in range(3):
        assert send(broker.url, event(number, "third")).status_code == 202
    inboxes["first"].answers = lambda _: (200, *event(9, "fourth").to_binary())
    send(broker.url, event())

    def counted(kind):
        metrics = requests.get(f"{broker.url}metrics", timeout=300).text
        return f'stockcast_broker_unwanted_events_total{{type="{kind}"}}' in metrics and metrics

    until(lambda: counted("fourth"))  # a reply counts as an event, too
    assert 'unwanted_events_total{type="third"} 3.0' in counted("third")
    assert broker.log_path.read_text().count("no Trigger wants events of type third") == 1


def test_what_is_not_taken_is_tried_again(broker, inboxes):
    answers = [(503, {}, b""), (200, {}, b"OK"), (204, {}, b"")]
    inboxes["first"].answers = lambda _: answers.pop(0)
    send(broker.url, event())
    until(lambda: not answers)
    time.sleep(0.3)
    assert len(inboxes["first"].events) == 3
    assert inboxes["dead"].events == []


def test_after_the_last_try_the_dead_letter_sink_gets_it_with_the_reason(broker, inboxes):
    inboxes["first"].answers = lambda _: (503, {}, b"S3 is down")
    send(broker.url, event())
    until(lambda: inboxes["dead"].events)
    [dead] = inboxes["dead"].events
    assert len(inboxes["first"].events) == 3
    assert dead.data == {"n": 1}
    assert dead.extensions["knativeerrordest"] == inboxes["first"].url
    assert dead.extensions["knativeerrorcode"] == "503"
    assert base64.b64decode(dead.extensions["knativeerrordata"]) == b"S3 is down"


def test_what_cannot_get_better_is_dead_at_once(broker, inboxes):
    inboxes["first"].answers = lambda _: (400, {}, b"no")
    send(broker.url, event())
    until(lambda: inboxes["dead"].events)
    assert len(inboxes["first"].events) == 1


def test_a_dead_letter_is_tried_again_too(broker, inboxes):
    answers = [(503, {}, b""), (204, {}, b"")]
    inboxes["first"].answers = lambda _: (400, {}, b"no")
    inboxes["dead"].answers = lambda _: answers.pop(0)
    send(broker.url, event())
    until(lambda: len(inboxes["dead"].events) == 2)


def test_a_redis_that_comes_back_empty_ends_nothing(broker, inboxes, redis_client):
    redis_client.flushall()
    time.sleep(queue.LOOK_AGAIN_S + 0.5)  # the broker has looked
    send(broker.url, event())
    until(lambda: inboxes["first"].events)


def test_an_event_whose_reply_was_cut_is_delivered_all_the_same(broker, inboxes, redis_client):
    """Redis has stored the event, but the broker never got Redis's reply."""
    stream = "stockcast:broker:{queue}:first"
    _, body = event().to_structured()
    redis_client.xadd(stream, {"event": body, "dead": 0})
    until(lambda: inboxes["first"].events)
    assert [one.data for one in inboxes["first"].events] == [{"n": 1}]
    until(lambda: redis_client.xlen(stream) == 0)


def test_a_broker_that_is_killed_takes_up_what_it_had_not_finished(broker, inboxes):
    inboxes["first"].answers = lambda _: time.sleep(0.2) or (503, {}, b"")
    for number in range(20):
        assert send(broker.url, event(number)).status_code == 202
    until(lambda: inboxes["first"].events)
    broker.signal(signal.SIGKILL)
    broker.stop()
    inboxes["first"].events.clear()
    inboxes["first"].answers = reply
    broker.start()
    until(lambda: len({one.id for one in inboxes["second"].events}) == 20)


def test_tries_before_a_crash_count(broker, inboxes):
    inboxes["first"].answers = lambda _: time.sleep(0.1) or (503, {}, b"")
    send(broker.url, event())
    until(lambda: len(inboxes["first"].events) == 2)
    broker.signal(signal.SIGKILL)
    broker.stop()
    broker.start()
    until(lambda: inboxes["dead"].events)
    assert len(inboxes["first"].events) == 3


def test_nothing_is_left_in_redis_once_all_is_delivered(broker, inboxes, redis_client):
    for number in range(10):
        send(broker.url, event(number))
    until(lambda: len(inboxes["first"].events) == 10)
    until(lambda: redis_client.xlen("stockcast:broker:{queue}:first") == 0)
    assert redis_client.keys("stockcast:broker:*:tries") == []


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"", 400),
        ({"content-type": "application/json"}, b"{}", 400),
        ({"content-type": "application/cloudevents+json"}, b"{", 400),
        ({"content-type": "application/json"}, b"x" * 2_000_000, 413),
    ],
)
def test_what_is_no_event_is_refused_with_a_problem(broker, headers, body, status):
    answer = requests.post(broker.url, data=body, headers=headers, timeout=300)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_health(broker):
    for path in ("healthz", "readyz"):
        assert requests.get(broker.url + path, timeout=300).status_code == 200


def test_a_stored_event_that_cannot_be_read_is_dropped_and_stops_no_other(
    broker, inboxes, redis_client
):
    redis_client.xadd("stockcast:broker:{queue}:first", {"event": b"[1]", "dead": 0})
    redis_client.xadd("stockcast:broker:{queue}:first", {"other": b"field"})
    send(broker.url, event())
    until(lambda: inboxes["first"].events)
    until(lambda: redis_client.xlen("stockcast:broker:{queue}:first") == 0)
    assert "cannot be read" in broker.log_path.read_text()
