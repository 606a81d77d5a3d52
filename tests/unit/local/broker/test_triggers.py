"""How the local broker reads the Triggers of knative/base."""

import pytest

from functions.common.messages.events import (
    ChartRequested,
    ForecastCompleted,
    ForecastRequested,
    PricesIngested,
    PricesRefresh,
    PricesWarmed,
    WarmupRequested,
)
from local.broker.triggers import BadManifestError, read
from local.stack import TRIGGERS

SERVICES = {"web": "http://w", "ingest": "http://i/", "forecast": "http://f"}


def test_every_event_goes_to_its_function():
    def urls(kind):
        return [t.url for t in read(TRIGGERS, SERVICES) if t.wants({"type": kind.TYPE})]

    assert urls(ForecastRequested) == ["http://i/"]
    assert urls(PricesIngested) == ["http://f/"]
    assert urls(ChartRequested) == ["http://f/"]
    assert urls(PricesRefresh) == ["http://i/"]
    assert urls(WarmupRequested) == ["http://i/", "http://f/"]  # both start at once
    assert urls(PricesWarmed) == ["http://f/"]


def test_only_a_forecast_without_its_backtest_comes_back():
    def urls(lacks_backtest):
        completed = ForecastCompleted("request-1", "AAPL", "key", lacks_backtest)
        named = {"type": completed.TYPE, **completed.extensions}
        return [t.url for t in read(TRIGGERS, SERVICES) if t.wants(named)]

    assert urls(lacks_backtest=True) == ["http://f/"]
    assert urls(lacks_backtest=False) == []


def test_the_brokers_delivery_holds_for_its_triggers():
    for trigger in read(TRIGGERS, SERVICES):
        assert trigger.delivery.retry == 8
        assert trigger.delivery.dead_letter_url == "http://w/events/dead-letter"


def test_a_trigger_may_say_otherwise(tmp_path):
    (tmp_path / "all.yaml").write_text("""
kind: Broker
metadata: {name: b}
spec: {delivery: {retry: 3, timeout: PT5S}}
---
kind: Trigger
metadata: {name: t}
spec:
  broker: b
  delivery: {retry: 1, backoffPolicy: linear}
  subscriber: {uri: "http://elsewhere/x"}
""")
    [trigger] = read(tmp_path, {})
    assert trigger.url == "http://elsewhere/x"
    assert (trigger.delivery.retry, trigger.delivery.timeout_s) == (1, 5)
    assert not trigger.delivery.is_exponential


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: Broker\nmetadata: {name: b}\n", "contains no Trigger"),
        ("kind: Trigger\nmetadata: {name: t}\nspec: {broker: none}\n", "t cannot be used"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named(tmp_path, text, said):
    (tmp_path / "all.yaml").write_text(text)
    with pytest.raises(BadManifestError, match=said):
        read(tmp_path, SERVICES)
