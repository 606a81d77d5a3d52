"""Brokers, Triggers and sources: every event arrives in time or becomes a dead letter."""

import base64
import json
import os
import re

import pytest
import yaml

from functions.common.cloudevents import ping_source as ping
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.signature import Signer
from functions.common.messages import events
from local.broker import triggers
from local.broker.delivery import seconds
from tests.manifests.building import (
    FUNCTIONS,
    KNATIVE,
    OVERLAYS,
    knative_services,
    kustomize,
    named,
    of_kind,
    overlay,
)
from tests.support.python import printed

SERVICES = {name: f"http://{name}" for name in FUNCTIONS}
DEADLINE_S = 600
"""REQUEST_DEADLINE, where nobody sets it."""
BATCH_DEADLINE_S = 3600


@pytest.fixture(scope="module", params=OVERLAYS)
def objects(request):
    return overlay(request.param)


def of_eventing(objects, kind):
    return of_kind(objects, kind, "eventing.knative.dev")


def test_the_local_broker_reads_the_same_triggers(objects):
    read = {one.name for one in triggers.read(KNATIVE / "base", SERVICES)}
    assert read == {one["metadata"]["name"] for one in of_eventing(objects, "Trigger")}


def test_every_trigger_is_of_the_broker_and_goes_to_a_function(objects):
    (broker,) = of_eventing(objects, "Broker")
    for trigger in of_eventing(objects, "Trigger"):
        spec = trigger["spec"]
        assert spec["broker"] == broker["metadata"]["name"]
        assert spec["subscriber"]["ref"]["name"] in knative_services(objects)
        assert spec["subscriber"]["ref"]["name"] == trigger["metadata"]["name"].split("-on-")[0]


def test_the_types_are_those_of_the_code_and_every_handled_one_is_routed(objects):
    routed = {
        one["spec"]["filter"]["attributes"]["type"] for one in of_eventing(objects, "Trigger")
    }
    assert routed <= events.TYPES | {ping.TYPE}
    code = (
        "from functions.ingest import main as i; from functions.forecast import main as f;"
        "print(*i.build()._handlers, *f.build()._handlers)"
    )
    handled = printed(code, env={**os.environ, "S3_BUCKET": "bucket", "K_SINK": ""}).split()
    assert set(handled) == routed - {ping.TYPE, events.BatchRequested.TYPE}


def test_a_function_is_stopped_before_its_event_comes_again(objects):
    for trigger in of_eventing(objects, "Trigger"):
        spec = trigger["spec"]
        function = knative_services(objects)[spec["subscriber"]["ref"]["name"]]
        stopped_s = function["spec"]["template"]["spec"]["timeoutSeconds"]
        if function["metadata"]["name"] != "web":  # its timeout is that of its streams
            assert stopped_s < seconds(spec["delivery"]["timeout"]) <= stopped_s + 15


def test_every_event_is_tried_for_a_while_and_buried_before_the_deadline(objects):
    for trigger in of_eventing(objects, "Trigger"):
        delivery = trigger["spec"]["delivery"]
        assert delivery["backoffPolicy"] == "exponential"
        first_s = seconds(delivery["backoffDelay"])
        waited_s = sum(first_s * 2**number for number in range(delivery["retry"]))
        assert 60 < waited_s < DEADLINE_S / 2
        sink = delivery["deadLetterSink"]
        assert (sink["ref"]["kind"], sink["ref"]["name"]) == ("Service", "web")
        assert sink["uri"] == "/events/dead-letter"


def test_the_broker_waits_for_no_function(objects):
    """K_SINK is the Broker's address. Without K_SINK, web has no address."""
    (broker,) = of_eventing(objects, "Broker")
    assert "deadLetterSink" not in broker["spec"]["delivery"]


def test_web_is_bound_to_the_broker(objects):
    (binding,) = of_kind(objects, "SinkBinding", "sources.knative.dev")
    (broker,) = of_eventing(objects, "Broker")
    assert binding["spec"]["subject"]["name"] == "web"
    assert binding["spec"]["sink"]["ref"]["name"] == broker["metadata"]["name"]
    web = knative_services(objects)["web"]["spec"]["template"]["spec"]["containers"][0]
    assert "K_SINK" not in {one["name"] for one in web["env"]}  # the binding would remove it


def pinged(objects):
    (source,) = of_kind(objects, "PingSource", "sources.knative.dev")
    spec = source["spec"]
    assert spec["contentType"] == "application/json"
    extensions = spec["ceOverrides"]["extensions"]
    data = json.loads(spec["data"])
    return Envelope("1", "/pingsources/refresh", ping.TYPE, data, extensions=extensions)


def test_the_ping_is_taken_by_ingest_as_a_refresh(objects):
    event = pinged(objects)
    taking = [
        one.name
        for one in triggers.read(KNATIVE / "base", SERVICES)
        if one.wants(event.attributes())
    ]
    assert taking == ["ingest-on-ping"]
    meant = ping.as_meant(event)
    assert meant.type == events.PricesRefresh.TYPE
    assert events.PricesRefresh.from_data(meant.data) == events.PricesRefresh()


def test_the_ping_to_try_is_signed_with_its_token():
    objects = overlay("try")
    (secret,) = [
        one for one in of_kind(objects, "Secret") if one["metadata"]["name"].startswith("stockcast")
    ]
    token = base64.b64decode(secret["data"]["EVENT_TOKEN"]).decode()
    Signer((token,)).check(ping.as_meant(pinged(objects)))


def before_web(objects):
    """The objects that an apply creates before the functions."""
    kinds = [one["kind"] for one in objects if "networking" not in one["apiVersion"]]
    return set(kinds[: kinds.index("Service")])


def test_what_the_functions_need_is_made_before_them(objects):
    """A revision without its ConfigMap or its K_SINK fails. The next one takes a minute."""
    assert {"Namespace", "ServiceAccount", "ConfigMap", "Broker", "SinkBinding"} <= (
        before_web(objects)
    )


def test_to_try_it_events_are_in_memory_whatever_the_cluster_does_by_default():
    objects = overlay("try")
    (broker,) = of_eventing(objects, "Broker")
    annotations = broker["metadata"]["annotations"]
    assert annotations["eventing.knative.dev/broker.class"] == "MTChannelBasedBroker"
    config = broker["spec"]["config"]
    made = named(objects, config["kind"], config["name"])
    channel = yaml.safe_load(made["data"]["channel-template-spec"])
    assert channel == {"apiVersion": "messaging.knative.dev/v1", "kind": "InMemoryChannel"}


def test_to_try_it_a_submission_does_not_wait_for_functions_that_sleep():
    (broker,) = of_eventing(overlay("try"), "Broker")
    assert broker["metadata"]["annotations"]["messaging.knative.dev/async-handler"] == "true"


STREAM = {
    "storage": {"File", "Memory"},
    "retention": {"Limits", "Interest", "Work"},
    "maxAge": re.compile(r"(\d+h)?(\d+m)?(\d+s)?"),
    "maxBytes": int,
    "replicas": int,
}
"""What the CRD of NatsJetStreamChannel knows of a stream, as far as we set it."""


def of_nats(home):
    """The production overlay with NATS instead of Kafka, as its comments say."""
    (home / "knative").symlink_to(KNATIVE)
    for path in (KNATIVE / "overlays" / "production").iterdir():
        text = path.read_text(encoding="utf-8").replace("components/kafka\n", "components/nats\n")
        text = text.replace("kafka-broker-ingress", "broker-ingress")
        (home / path.name).write_text(text.replace("../../", "knative/"), encoding="utf-8")
    return kustomize(home)


def test_with_nats_events_are_on_a_disk_and_leave_it_after_all_deadlines(tmp_path):
    objects = of_nats(tmp_path)
    (broker,) = of_eventing(objects, "Broker")
    kind = broker["metadata"]["annotations"]["eventing.knative.dev/broker.class"]
    assert kind == "MTChannelBasedBroker"
    config = broker["spec"]["config"]
    made = named(objects, config["kind"], config["name"])
    channel = yaml.safe_load(made["data"]["channel-template-spec"])
    assert channel["apiVersion"] == "messaging.knative.dev/v1alpha1"
    assert channel["kind"] == "NatsJetStreamChannel"
    stream = channel["spec"]["stream"]["config"]
    assert set(stream) == set(STREAM)
    assert (stream["storage"], stream["retention"]) == ("File", "Limits")
    assert stream["replicas"] in {1, 3}
    assert STREAM["maxAge"].fullmatch(stream["maxAge"])
    assert seconds(f"PT{stream['maxAge'].upper()}") > BATCH_DEADLINE_S > DEADLINE_S
    assert channel["spec"]["consumerConfigTemplate"] == {"deliverPolicy": "New"}
    assert "kafka" not in str(objects)


def test_web_is_bound_where_only_what_is_labelled_is(objects):
    """SINK_BINDING_SELECTION_MODE=inclusion needs this. Knative labels the namespace itself."""
    web = knative_services(objects)["web"]
    assert web["metadata"]["labels"]["bindings.knative.dev/include"] == "true"
