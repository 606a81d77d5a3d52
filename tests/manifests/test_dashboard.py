"""The dashboard uses metrics that exist, with their names and labels."""

import json

import promql_parser as promql
import pytest
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from functions.web.api.metrics import COUNTERS, Families
from tests.manifests.building import KNATIVE, OVERLAYS, knative_services, of_kind, overlay
from tests.manifests.building import with_component as built_with

DASHBOARD = KNATIVE / "components" / "monitoring" / "stockcast-dashboard.json"
SCRAPED = {"namespace", "pod", "instance", "job", "container", "endpoint"}
"""Labels that every scrape adds."""
KNATIVE_METRICS = {
    "kn_revision_pods_count": {"kn_service_name", "k8s_namespace_name"},
    "kn_revision_pods_desired": {"kn_service_name", "k8s_namespace_name"},
    "kn_revision_request_queued": {"kn_service_name", "k8s_namespace_name"},
    "kn_serving_invocation_duration_seconds_count": {"function", "http_response_status_code"},
    "kn_serving_invocation_duration_seconds_bucket": {"function", "le"},
    "kn_eventing_dispatch_duration_seconds_count": {"http_response_status_code"},
}
"""Knative's own, from 1.19 on, as its sources name them (OpenTelemetry's dots are underscores to
Prometheus, and units are appended); `function` is a label of our PodMonitor."""
OPENFAAS_METRICS = {
    "gateway_function_invocation_total": {"function_name", "code"},
    "gateway_functions_seconds_bucket": {"function_name", "le"},
    "gateway_service_count": {"function_name"},
}
"""The gateway's, as its documentation names them."""

COUNTS = {
    "accepted|forecast|calibrated": 1,
    "done|forecast|calibrated|computed": 1,
    "failed|forecast|calibrated|deadline": 1,
    "stage|total|1": 1,
    "provider|tiingo|answered": 1,
    "dead|other": 1,
}


def ours():
    """Every series that /metrics can show, with its labels."""
    text = generate_latest(Families(COUNTS, open_streams=1)).decode()
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def panels():
    return [one for one in json.loads(DASHBOARD.read_text())["panels"] if one["type"] != "row"]


def selectors(node):
    """The series in an expression, each with the labels it uses."""
    if isinstance(node, promql.VectorSelector):
        yield node
    for name in ("expr", "lhs", "rhs", "vector_selector", "args"):
        below = getattr(node, name, None)
        for one in below if isinstance(below, list) else [below]:
            if isinstance(one, promql.Expr):
                yield from selectors(one)


QUERIES = [
    pytest.param(target["expr"], target["legendFormat"], id=f"{panel['title']}-{target['refId']}")
    for panel in panels()
    for target in panel["targets"]
]


def test_there_is_an_example_of_every_counter():
    assert {name.split("|")[0] for name in COUNTS} == {*COUNTERS, "stage"}


@pytest.mark.parametrize(("query", "legend"), QUERIES)
def test_a_query_names_series_and_labels_that_exist(query, legend):
    known = {**ours(), **KNATIVE_METRICS, **OPENFAAS_METRICS}
    found = list(selectors(promql.parse(query)))
    assert found
    labels = set()
    for selector in found:
        assert selector.name in known, selector.name
        of_series = known[selector.name] | SCRAPED
        asked = {one.name for one in selector.matchers.matchers}
        assert asked <= of_series, (selector.name, asked)
        labels |= of_series
    shown = {part.split("}}")[0] for part in legend.split("{{")[1:]}
    assert shown <= labels, legend


def test_every_counter_of_ours_is_shown():
    text = DASHBOARD.read_text()
    assert [name for name in ours() if name.endswith("_total") and name not in text] == []


def test_what_every_pod_of_web_shows_alike_is_never_summed_over_pods():
    for query, _ in (one.values for one in QUERIES):
        for name in ours():
            if name in query and name != "stockcast_open_streams":
                assert "max without (pod, instance)" in query


def test_panels_do_not_overlap():
    taken = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_the_pods_are_scraped_where_they_answer(tmp_path):
    objects = built_with("monitoring", tmp_path)
    services = knative_services(overlay(OVERLAYS[0]))
    monitors = of_kind(objects, "PodMonitor", "monitoring.coreos.com")
    ports = {one["spec"]["podMetricsEndpoints"][0]["port"] for one in monitors}
    assert ports == {"user-port", "http-usermetric"}
    for monitor in monitors:
        selector = monitor["spec"]["selector"]
        wanted = (
            selector.get("matchLabels", {}).values() or selector["matchExpressions"][0]["values"]
        )
        assert set(wanted) <= set(services)
    (dashboard,) = [
        one for one in of_kind(objects, "ConfigMap") if "grafana_dashboard" in str(one["metadata"])
    ]
    assert json.loads(dashboard["data"]["stockcast.json"])["uid"] == "stockcast"
