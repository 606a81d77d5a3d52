import json

import pytest
from msgspec.structs import replace

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.signature import EXTENSION, Signer, UnsignedEventError
from functions.common.errors import MalformedEventError

EVENT = Envelope("1", "/test", "type", {"symbol": "AAPL", "days": 45, "options": {"a": 1.5}})
FIRST, SECOND = "the-first-token-of-two", "the-second-token-of-two"


@pytest.mark.parametrize("mode", ["to_binary", "to_structured"])
def test_a_signature_survives_the_wire_and_another_json_encoder(mode):
    headers, body = getattr(Signer((FIRST,)).signed(EVENT), mode)()
    rewritten = json.dumps(json.loads(body), indent=4, sort_keys=True).encode()
    Signer((FIRST,)).check(cloudevent.parse(headers, rewritten))


def test_a_signature_survives_a_broker_that_writes_numbers_its_own_way():
    event = Envelope("1", "/test", "type", {"nshares": 1.0, "name": "Société", "most": 1e21})
    signed = Signer((FIRST,)).signed(event)
    Signer((FIRST,)).check(
        replace(signed, data={"most": 10**21 / 1, "name": "Société", "nshares": 1})
    )


def test_data_without_a_canonical_form_is_malformed():
    with pytest.raises(MalformedEventError, match="RFC 8785"):
        Signer((FIRST,)).check(replace(EVENT, data={"days": 2**60}))


def test_the_token_is_nowhere_in_the_event():
    headers, body = Signer((FIRST,)).signed(EVENT).to_binary()
    assert FIRST not in repr(headers) + repr(body)


@pytest.mark.parametrize(
    "change",
    [{"data": {**EVENT.data, "days": 46}}, {"type": "other"}, {"extensions": {}}, {"data": None}],
)
def test_a_changed_event_is_refused(change):
    with pytest.raises(UnsignedEventError):
        Signer((FIRST,)).check(replace(Signer((FIRST,)).signed(EVENT), **change))


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", FIRST])
def test_an_invalid_signature_is_refused(signature):
    with pytest.raises(UnsignedEventError, match="EVENT_TOKEN"):
        Signer((FIRST,)).check(replace(EVENT, extensions={EXTENSION: signature}))


def test_one_token_can_replace_another():
    old, both, new = Signer((FIRST,)), Signer((SECOND, FIRST)), Signer((SECOND,))
    both.check(old.signed(EVENT))
    new.check(both.signed(EVENT))
    with pytest.raises(UnsignedEventError):
        new.check(old.signed(EVENT))


def test_without_a_token_every_event_is_accepted_unchanged():
    none = Signer(())
    assert none.signed(EVENT) == EVENT
    none.check(EVENT)
