"""Without a broker, events still reach the right function."""

from pathlib import Path

import pytest
import yaml

from functions.common.cloudevents import ping_source as ping
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.routing import ROUTES, addresses
from functions.common.messages.events import (
    BatchRequested,
    ForecastCompleted,
    ForecastRequested,
    WarmupRequested,
)

BASE = Path(__file__).parents[4] / "knative" / "base"
GATEWAY = "http://gateway:8080/async-function/{function}"


def event(kind, **extensions):
    return Envelope("1", "/test", kind.TYPE, {}, extensions=extensions)


def test_the_routes_are_those_of_the_triggers():
    filters = [
        (one["spec"]["filter"]["attributes"], _subscriber(one))
        for one in triggers_of(BASE / "triggers.yaml")
    ]
    # Knative sends a PingSource's event only to a broker.
    of_triggers = {
        (frozenset(wanted.items()), to) for wanted, to in filters if wanted["type"] != ping.TYPE
    }
    assert len(of_triggers) == len(filters) - 1
    ours = {(frozenset(route.attributes.items()), (route.function, route.path)) for route in ROUTES}
    assert ours == of_triggers


def triggers_of(path):
    return [one for one in yaml.safe_load_all(path.read_text()) if one["kind"] == "Trigger"]


def _subscriber(trigger):
    subscriber = trigger["spec"]["subscriber"]
    return subscriber["ref"]["name"], subscriber.get("uri", "/")


def test_a_broker_gets_every_event():
    assert addresses("http://broker/", event(ForecastCompleted)) == ["http://broker/"]


@pytest.mark.parametrize(
    ("sent", "to"),
    [
        (event(ForecastRequested), ["ingest/"]),
        (event(BatchRequested), ["web/events/batch"]),
        (event(WarmupRequested), ["ingest/", "forecast/"]),
        (event(ForecastCompleted, backtest="pending"), ["forecast/"]),
        (event(ForecastCompleted), []),
    ],
)
def test_a_gateway_gets_an_event_at_the_function_that_handles_it(sent, to):
    at = [f"http://gateway:8080/async-function/{one}" for one in to]
    assert addresses(GATEWAY, sent) == at
    assert addresses(GATEWAY + "/", sent) == at
