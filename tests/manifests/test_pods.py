"""The pods pass Kubernetes' restricted profile and Knative's own checks."""

import pytest

from tests.manifests.building import (
    COMPONENTS,
    OVERLAYS,
    knative_services,
    of_kind,
    overlay,
    pod_specs,
    with_component,
)

ALLOWED = frozenset(
    {
        *("containers", "volumes", "serviceAccountName", "automountServiceAccountToken"),
        *("enableServiceLinks", "imagePullSecrets", "timeoutSeconds", "containerConcurrency"),
    }
)
"""The fields of a Knative Service's pods that need no feature flag."""
ALLOWED_CONTEXT = frozenset(
    {
        *("runAsNonRoot", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities"),
        *("seccompProfile", "runAsUser", "runAsGroup"),
    }
)
"""The same of their containers' security contexts; the pods' own needs a flag as a whole."""
FLAGS = {"topologySpreadConstraints": "kubernetes.podspec-topologyspreadconstraints"}
"""Those of ours that do, and the flag."""


@pytest.fixture(scope="module", params=[*OVERLAYS, *(f"+{name}" for name in COMPONENTS)])
def objects(request, tmp_path_factory):
    if request.param.startswith("+"):
        return with_component(request.param[1:], tmp_path_factory.mktemp("component"))
    return overlay(request.param)


def test_every_pod_is_of_the_restricted_profile(objects):
    (namespace,) = of_kind(objects, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert len(pod_specs(objects)) >= 3
    for owner, spec in pod_specs(objects):
        name = owner["metadata"]["name"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        for container in spec["containers"]:
            context = {**spec.get("securityContext", {}), **container["securityContext"]}
            assert context["runAsNonRoot"] is True, name
            assert context.get("runAsUser", 1) > 0, name
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
            assert not {"hostPort"} & {key for port in container.get("ports", []) for key in port}
        for volume in spec.get("volumes", []):
            assert set(volume) - {"name"} <= {"emptyDir", "secret", "configMap"}, name


def test_no_pod_has_a_token_of_the_cluster(objects):
    for owner, spec in pod_specs(objects):
        assert spec["automountServiceAccountToken"] is False, owner["metadata"]["name"]


def test_every_container_has_requests_a_memory_limit_and_a_pinned_image(objects):
    for owner, spec in pod_specs(objects):
        for container in spec["containers"]:
            name = owner["metadata"]["name"]
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
            assert "memory" in container["resources"]["limits"], name
            tag = container["image"].rpartition("/")[2].partition(":")[2]
            assert tag not in {"", "latest"}, container["image"]


def test_the_functions_are_what_knative_takes(objects):
    services = knative_services(objects)
    assert set(services) == {"web", "ingest", "forecast"}
    for name, service in services.items():
        spec = service["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        assert set(spec) - ALLOWED <= set(FLAGS), name
        assert set(container["securityContext"]) <= ALLOWED_CONTEXT, name
        assert container["readinessProbe"] == {"httpGet": {"path": "/healthz"}}
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]  # noqa: S108
        # Kubernetes waits for a function that starts slowly, and does not kill it
        assert not {"livenessProbe", "startupProbe"} & set(container)
        # the default limits of Knative's webhook
        assert 0 < spec["timeoutSeconds"] <= 600
        assert "PORT" not in {one["name"] for one in container["env"]}


def test_only_web_is_seen_from_outside(objects):
    visibility = {
        name: service["metadata"]["labels"].get("networking.knative.dev/visibility")
        for name, service in knative_services(objects).items()
    }
    assert visibility == {"web": None, "ingest": "cluster-local", "forecast": "cluster-local"}


def test_the_functions_scale_within_bounds(objects):
    for name, service in knative_services(objects).items():
        annotations = service["spec"]["template"]["metadata"]["annotations"]
        least = int(annotations["autoscaling.knative.dev/min-scale"])
        most = int(annotations["autoscaling.knative.dev/max-scale"])
        assert 0 <= least < most <= 20, name


def test_to_try_it_needs_no_feature_flag_and_scales_to_zero():
    for service in knative_services(overlay("try")).values():
        assert set(service["spec"]["template"]["spec"]) <= ALLOWED
        annotations = service["spec"]["template"]["metadata"]["annotations"]
        assert annotations["autoscaling.knative.dev/min-scale"] == "0"


def test_names_within_a_namespace_are_there(objects):
    """The manifests create each ConfigMap, Secret and account of the pods, or the docs name it."""
    by_hand = {"stockcast", "s3-keys", "tiingo", "redis-cluster"}
    made = {(one["kind"], one["metadata"]["name"]) for one in objects}
    for _, spec in pod_specs(objects):
        for volume in spec.get("volumes", []):
            if "secret" in volume:
                name = volume["secret"]["secretName"]
                assert ("Secret", name) in made or name in by_hand
            if "configMap" in volume:
                assert ("ConfigMap", volume["configMap"]["name"]) in made
        for container in spec["containers"]:
            for source in container.get("envFrom", []):
                assert ("ConfigMap", source["configMapRef"]["name"]) in made
        if "serviceAccountName" in spec:
            assert ("ServiceAccount", spec["serviceAccountName"]) in made


def test_a_policy_of_a_component_cuts_no_function_off():
    """Every policy that selects the functions for ingress must let Knative in."""
    for name in (*OVERLAYS,):
        for policy in of_kind(overlay(name), "NetworkPolicy", "networking.k8s.io"):
            if "Ingress" not in policy["spec"]["policyTypes"] or not policy["spec"].get("ingress"):
                continue
            if "serving.knative.dev/service" in str(policy["spec"]["podSelector"]):
                assert "knative-serving" in str(policy["spec"]["ingress"])
                assert "kourier-system" in str(policy["spec"]["ingress"])
