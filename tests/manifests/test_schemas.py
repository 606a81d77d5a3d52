"""Checks every object of every overlay and component against its API version."""

import copy

import pytest

from tests.manifests.building import (
    COMPONENTS,
    KNATIVE,
    OVERLAYS,
    kustomize,
    overlay,
    with_component,
)
from tests.manifests.strict import BadObjectError, check


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_object_of_an_overlay_is_as_its_version_says(name):
    objects = overlay(name)
    assert len(objects) > 15
    for one in objects:
        check(one)


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_object_with_a_component_is_as_its_version_says(name, tmp_path):
    for one in with_component(name, tmp_path):
        check(one)


def test_the_base_names_no_namespace():
    for one in kustomize(KNATIVE / "base"):
        check(one)
        assert "namespace" not in str(one)


def spoiled(kind, change):
    one = next(o for o in overlay("try") if o["kind"] == kind and "knative" in o["apiVersion"])
    spoiled = copy.deepcopy(one)
    change(spoiled["spec"])
    return spoiled


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Trigger", lambda spec: spec["delivery"].update(backOffDelay="PT1S")),
        ("Trigger", lambda spec: spec["delivery"].update(retry="8")),
        ("Broker", lambda spec: spec.update(deliver={})),
        ("PingSource", lambda spec: spec.update(type="dev.stockcast.prices.refresh.v1")),
        ("SinkBinding", lambda spec: spec["sink"].update(url="http://")),
        ("Service", lambda spec: spec["template"]["spec"].update(timeoutSecond=1)),
        ("Service", lambda spec: spec["template"]["spec"].update(timeoutSeconds="1m")),
        ("Service", lambda spec: spec["template"]["spec"]["containers"][0].update(limits={})),
    ],
)
def test_a_mistake_is_found(kind, change):
    with pytest.raises(BadObjectError):
        check(spoiled(kind, change))


def test_a_mistake_in_what_is_kubernetes_own_is_found():
    deployment = next(one for one in overlay("try") if one["kind"] == "Deployment")
    check(deployment)
    deployment["spec"]["template"]["spec"]["containers"][0]["imagePullPolice"] = "Always"
    with pytest.raises(BadObjectError):
        check(deployment)
