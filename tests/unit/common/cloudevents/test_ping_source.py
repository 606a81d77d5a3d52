"""A PingSource's event stands for another event."""

from msgspec.structs import replace

from functions.common.cloudevents import ping_source as ping
from functions.common.cloudevents.event import Envelope

PING = Envelope("1", "/apis/v1/namespaces/any/pingsources/refresh", ping.TYPE, {})


def test_a_ping_stands_for_the_event_that_its_extension_names():
    event = replace(PING, extensions={"meanttype": "dev.stockcast.prices.refresh.v1", "a": "b"})
    meant = ping.as_meant(event)
    assert meant.type == "dev.stockcast.prices.refresh.v1"
    assert meant.extensions == {"a": "b"}
    assert (meant.id, meant.source, meant.data) == (event.id, event.source, event.data)


def test_a_ping_without_the_extension_and_other_events_stay_unchanged():
    other = Envelope("1", "/test", "some.type", {}, extensions={"meanttype": "another.type"})
    for event in (PING, other):
        assert ping.as_meant(event) is event
