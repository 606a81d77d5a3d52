"""Events from anyone: Stockcast refuses each with a reason, or can process it."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import STRUCTURED, Envelope
from functions.common.cloudevents.signature import Signer
from functions.common.errors import InvalidMessageError, MalformedEventError
from functions.common.messages.events import (
    BatchRequested,
    ForecastRequested,
    PricesIngested,
    PricesRefresh,
    PricesUploaded,
    WarmupRequested,
)
from functions.common.messages.message import shown
from functions.common.requests.keys import body_of
from functions.web.api import dead_letters
from local.broker.delivery import Answer, judge, retry_after_s
from tests.fuzz.documents import anything, spoilt, texts
from tests.unit.common.messages.test_events import ASKED, EXAMPLES, INGESTED

KINDS = {
    **dict(EXAMPLES),
    ForecastRequested: ASKED,
    PricesIngested: INGESTED,
    PricesRefresh: {"symbols": ["AAPL"]},
    WarmupRequested: {"symbol": "AAPL"},
    PricesUploaded: {"symbol": "@ACME-1A2B3C4D", "upload_id": "upload-1"},
    BatchRequested: {"batch_id": "my-batch"},
}
WHOLE = {
    "specversion": "1.0",
    "id": "1",
    "source": "/s",
    "type": ForecastRequested.TYPE,
    "datacontenttype": "application/json",
    "subject": "AAPL",
    "time": "2013-03-01T12:00:00Z",
    "traceparent": "00-ab-cd-01",
    "partitionkey": "AAPL",
    "data": ASKED,
}
VALUES = st.one_of(
    st.sampled_from(["1.0", "1", "", "%0D%0A", "%ff", "%", "é", "AAPL"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)
NAMES = ("ce-id", "ce-source", "ce-type", "ce-subject", "ce-traceparent", "ce-Ü", "ce-")
SENT = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(NAMES, VALUES)
    | {
        "ce-specversion": st.sampled_from(["1.0", "0.3", "", "2"]),
        "content-type": st.sampled_from(
            ["application/json", "text/plain", STRUCTURED, f"{STRUCTURED}; charset=x", "", "é"]
        ),
    },
)
BINARY = {"ce-id": "1", "ce-source": "/s", "ce-type": "t", "ce-specversion": "1.0"}


def carried(headers, body):
    """Check that parsing refuses the event, or that the event survives each way to send it."""
    try:
        event = cloudevent.parse(headers, body)
    except MalformedEventError as error:
        error.detail.encode()
        return None
    for mode in ("to_binary", "to_structured"):
        sent, content = getattr(event, mode)()
        for name, value in sent.items():
            assert f"{name}{value}".isascii()
            assert f"{name}{value}".isprintable()
        again = cloudevent.parse(sent, content)
        # The SDK gives an event the time of its writing where it has none.
        assert replace(again, time=event.time or again.time) == replace(event, time=again.time)
    Signer(("a-token-for-these-tests",)).signed(event)
    failed = dead_letters.failure_of(event)
    if failed:
        body_of(failed[0]).encode()
        cloudevent.json_bytes(failed[1].detail)
    return event


@given(texts(WHOLE))
@example(json.dumps(WHOLE | {"tracé": "1"}).encode())
@example(json.dumps(WHOLE | {"x\r\ny": "1"}).encode())
@example(json.dumps(WHOLE | {"source": "\ud800"}).encode())
@example(json.dumps(WHOLE | {"extensions": [1]}).encode())
@example(json.dumps(WHOLE | {"time": None}).encode())
@example(json.dumps(WHOLE | {"data": float("nan")}).encode())
@example(b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":1e999}')
@example(b"[" * 100_000)
def test_structured_events(body):
    carried({"content-type": STRUCTURED}, body)


@given(SENT, texts(ASKED))
@example({**BINARY, "ce-subject": "%0D%0Aevil: 1"}, b"{}")
@example({**BINARY, "ce-x": "%ED%A0%80"}, b"{}")
@example(BINARY, b"[" * 100_000)
@example(BINARY, b"NaN")
@example(BINARY, b"")
def test_binary_events(headers, body):
    carried(headers, body)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_data_of_events(kind):
    @given(spoilt(KINDS[kind]))
    def read(data):
        try:
            data = json.loads(json.dumps(data, allow_nan=False))
        except ValueError:
            return
        if not isinstance(data, dict):
            return
        try:
            event = kind.from_data(data)
        except InvalidMessageError as error:
            error.detail.encode()
            return
        assert kind.from_data(event.to_data()) == event
        cloudevent.json_bytes(event.to_data())

    assert kind.from_data(KINDS[kind])
    read()


@given(anything)
@example(10**400)
def test_any_value_can_be_shown(value):
    assert shown(value).isascii()


@given(
    st.sampled_from([200, 202, 204, 400, 429, 500, 0]),
    st.dictionaries(st.sampled_from(["retry-after", "content-type", "ce-id"]), VALUES, max_size=3),
    st.binary(max_size=40),
)
@example(503, {"retry-after": "²"}, b"")
def test_what_a_function_answers_the_broker(status, headers, body):
    answer = Answer(status, headers, body)
    judge(answer)
    assert 0 <= retry_after_s(answer) <= 60


def test_the_good_ones_are_taken():
    """Else all of the above would pass by refusing everything."""
    assert carried({"content-type": STRUCTURED}, json.dumps(WHOLE).encode()).data == ASKED
    assert isinstance(carried(BINARY, b"{}"), Envelope)
