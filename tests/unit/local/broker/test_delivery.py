"""Knative's rules of delivery."""

import base64

import pytest

from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.http_client import Answer
from local.broker.delivery import (
    BadDeliveryError,
    Delivery,
    Verdict,
    dead_letter,
    judge,
    seconds,
)

EVENT = Envelope(id="1", source="/s", type="t", data={}, time="2013-03-01T12:00:00Z")


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (204, b"", Verdict.TAKEN),
        (200, b"", Verdict.TAKEN),
        (200, b"OK", Verdict.RETRY),
        *((status, b"", Verdict.RETRY) for status in (0, 404, 408, 409, 429, 500, 502, 503)),
        *((status, b"", Verdict.DEAD) for status in (400, 401, 403, 405, 413, 415, 422, 301)),
    ],
)
def test_an_answer_decides_what_becomes_of_the_event(status, body, verdict):
    assert judge(Answer(status, {}, body)) == (verdict, None)


def test_a_reply_event_is_read():
    headers, body = EVENT.to_binary()
    assert judge(Answer(200, headers, body)) == (Verdict.TAKEN, EVENT)


def test_waits_grow_exponentially_or_linearly_up_to_a_minute():
    exponential = Delivery(backoff_delay_s=0.5)
    linear = Delivery(backoff_delay_s=0.5, is_exponential=False)
    assert [exponential.wait_s(n) for n in (1, 2, 3, 20)] == [0.5, 1, 2, 60]
    assert [linear.wait_s(n) for n in (1, 2, 3)] == [0.5, 1, 1.5]
    assert exponential.wait_s(1, retry_after_s=7) == 7


def test_a_dead_letter_says_where_and_why_it_died():
    dead = dead_letter(EVENT, "http://ingest/", Answer(400, {}, b"bad\nnews"))
    assert dead.extensions["knativeerrordest"] == "http://ingest/"
    assert dead.extensions["knativeerrorcode"] == "400"
    assert base64.b64decode(dead.extensions["knativeerrordata"]) == b"bad\nnews"
    assert (dead.id, dead.type) == ("1", "t")


@pytest.mark.parametrize(
    ("text", "value"), [("PT0.5S", 0.5), ("PT2M", 120), ("PT1H1S", 3601), ("P1D", 86400)]
)
def test_durations(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["5s", "P", "PT", "", "-PT5S"])
def test_a_bad_duration_is_shown(text):
    with pytest.raises(BadDeliveryError, match="PT0"):
        seconds(text)


@pytest.mark.parametrize("spec", [{"retry": -1}, {"retry": "3"}, {"backoffPolicy": "wild"}])
def test_a_bad_delivery_is_refused(spec):
    with pytest.raises(BadDeliveryError):
        Delivery.read(spec, None)
