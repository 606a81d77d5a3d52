"""CloudEvents over HTTP, in both modes."""

import json

import pytest

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.errors import MalformedEventError

EVENT = Envelope(
    id="1",
    source="/stockcast/web",
    type="dev.stockcast.forecast.requested.v1",
    data={"symbol": "AAPL"},
    subject="Zürich 100%",
    time="2013-03-01T12:00:00Z",
    extensions={"partitionkey": "AAPL", "traceparent": "00-ab-cd-01"},
)


def structured(more, without=""):
    """EVENT as it is read from a body with other attributes."""
    _, body = EVENT.to_structured()
    changed = {name: value for name, value in json.loads(body).items() if name != without} | more
    return cloudevent.parse({"content-type": cloudevent.STRUCTURED}, json.dumps(changed).encode())


@pytest.mark.parametrize("mode", ["to_binary", "to_structured"])
def test_an_event_survives_the_wire(mode):
    headers, body = getattr(EVENT, mode)()
    assert cloudevent.parse(headers, body) == EVENT


def test_binary_headers_are_ascii():
    headers, _ = EVENT.to_binary()
    assert headers["ce-subject"] == "Z%C3%BCrich%20100%25"


@pytest.mark.parametrize("name", ["ce-id", "ce-source", "ce-type", "ce-specversion"])
def test_an_event_without_a_required_attribute_is_malformed(name):
    headers, body = EVENT.to_binary()
    del headers[name]
    with pytest.raises(MalformedEventError, match=name.removeprefix("ce-")):
        cloudevent.parse(headers, body)


@pytest.mark.parametrize("name", ["id", "source", "type"])
@pytest.mark.parametrize("value", ["", None, 7])
def test_a_structured_attribute_must_be_a_text(name, value):
    with pytest.raises(MalformedEventError):
        structured({name: value})


@pytest.mark.parametrize("name", ["id", "source", "type", "specversion"])
def test_a_structured_event_without_a_required_attribute_is_malformed(name):
    with pytest.raises(MalformedEventError, match=name):
        structured({}, without=name)


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        ({}, b"{}", "not a CloudEvent"),
        ({"content-type": "application/json"}, b"{}", "application/json"),
        ({"content-type": cloudevent.BATCH}, b"[]", "Batches"),
        ({"content-type": cloudevent.STRUCTURED}, b"{", "cannot be read"),
        ({"content-type": cloudevent.STRUCTURED}, b"[]", "cannot be read"),
        ({"content-type": cloudevent.STRUCTURED}, b"\xff", "cannot be read"),
    ],
)
def test_a_request_that_is_not_an_event_is_refused_with_the_reason(headers, body, said):
    with pytest.raises(MalformedEventError, match=said):
        cloudevent.parse(headers, body)


def test_broken_json_data_is_malformed():
    headers, _ = EVENT.to_binary()
    with pytest.raises(MalformedEventError):
        cloudevent.parse(headers, b'{"symbol": ')


def test_another_specversion_is_refused():
    headers, body = EVENT.to_binary()
    with pytest.raises(MalformedEventError, match=r"0\.3|specversion"):
        cloudevent.parse(headers | {"ce-specversion": "0.3"}, body)


def test_nan_never_reaches_the_wire():
    with pytest.raises(ValueError, match="JSON"):
        cloudevent.json_bytes({"price": float("nan")})


@pytest.mark.parametrize("name", ["tracé", "trace\r\nx-evil", "a b", "a-b", "", "a" * 65])
def test_an_attribute_name_that_cannot_be_a_header_is_refused(name):
    with pytest.raises(MalformedEventError):
        structured({name: "1"})


@pytest.mark.parametrize("name", ["id", "source", "subject", "traceparent"])
@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "\x00", "\ud800", "x" * 2049])
def test_an_attribute_value_that_cannot_be_a_header_is_refused(name, value):
    with pytest.raises(MalformedEventError):
        structured({name: value})


def test_an_encoded_line_break_in_a_header_is_refused():
    headers, body = EVENT.to_binary()
    with pytest.raises(MalformedEventError, match="subject"):
        cloudevent.parse(headers | {"ce-subject": "a%0D%0Ax-evil: 1"}, body)


@pytest.mark.parametrize("data", [b"[NaN]", b"[1e999]", b"[" * 5000, b'"\\ud800"'])
def test_data_that_later_stages_cannot_carry_is_malformed(data):
    headers, _ = EVENT.to_binary()
    with pytest.raises(MalformedEventError):
        cloudevent.parse(headers, data)
    structured = b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":' + data + b"}"
    with pytest.raises(MalformedEventError):
        cloudevent.parse({"content-type": cloudevent.STRUCTURED}, structured)


def test_an_event_without_a_time_stays_without_one():
    event = Envelope("1", "/test", "some.type", {})
    for mode in (event.to_binary, event.to_structured):
        assert cloudevent.parse(*mode()) == event


BINARY = {"ce-id": "1", "ce-source": "/test", "ce-type": "t", "ce-specversion": "1.0"}
BINARY["content-type"] = "application/json"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ('"Euro stocks"', "Euro stocks"),
        (r'"a \"quoted\" \\ text"', r'a "quoted" \ text'),
        ('"Euro %E2%82%AC"', "Euro \N{EURO SIGN}"),
        ('one " alone', 'one " alone'),
        ('""', ""),
    ],
)
def test_a_header_in_double_quotes_is_unquoted_once(sent, meant):
    assert cloudevent.parse(BINARY | {"ce-subject": sent}, b"{}").subject == meant


@pytest.mark.parametrize("value", ["%C0%A0", "%E2%82", "100%", "%zz", '"%C0%A0"', "%ED%A0%80"])
def test_an_invalid_percent_sequence_is_refused(value):
    with pytest.raises(MalformedEventError, match="ce-subject must be percent-encoded"):
        cloudevent.parse(BINARY | {"ce-subject": value}, b"{}")


@pytest.mark.parametrize(("given", "text"), [(True, "true"), (False, "false"), (7, "7")])
def test_an_extension_gets_its_canonical_text(given, text):
    assert structured({"flag": given}).extensions["flag"] == text


@pytest.mark.parametrize("given", [{"a": 1}, [1], 1.5])
def test_an_extension_of_an_unsupported_type_is_refused(given):
    with pytest.raises(MalformedEventError, match="'flag' must be a text"):
        structured({"flag": given})


@pytest.mark.parametrize("body", [b'{"n":1.50,"text":"\\u00e9"}', b"", b"[]", b"null"])
@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"ce-subject": "BRK.B", "ce-time": "2013-03-01T12:00:00Z", "ce-partitionkey": "BRK.B"},
        {"ce-subject": "caf%C3%A9%20%25", "content-type": "application/json; charset=utf-8"},
        {
            "ce-traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "accept": "x",
        },
    ],
)
def test_a_plain_event_is_read_as_the_sdk_reads_it(extra, body):
    headers = BINARY | extra
    assert cloudevent._is_plain(headers)
    attributes, data = cloudevent._plain(headers, body)
    by_sdk, same_data = cloudevent._by_sdk(headers, body)
    by_sdk.pop("datacontenttype", None)
    assert (attributes, data) == ({k: v for k, v in by_sdk.items() if v is not None}, same_data)


@pytest.mark.parametrize("body", [b"{", b"NaN", b"\xff"])
def test_data_that_the_sdk_refuses_is_refused_in_a_plain_event(body):
    for read in (cloudevent._plain, cloudevent._by_sdk):
        with pytest.raises(MalformedEventError):
            read(BINARY, body)
