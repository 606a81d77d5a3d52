"""Checks manifests strictly: an unknown field, a wrong type or a missing field is an error."""

import importlib
import re
import warnings

import kubernetes_validate
from kubernetes_validate import InvalidSchemaError, ValidationError

from local.broker.delivery import seconds

KUBERNETES = "1.34"
"""The oldest version that the Knative of docs/deploy.md runs on."""
TYPED = {
    "serving.knative.dev": "cloudcoil.models.knative_serving.serving",
    "eventing.knative.dev": "cloudcoil.models.knative_eventing.eventing",
    "sources.knative.dev": "cloudcoil.models.knative_eventing.sources",
    "monitoring.coreos.com": "cloudcoil.models.prometheus_operator",
}
"""Where the typed models of each group are, a module for each version below."""
KEPT = re.compile(r"(Broker|Trigger) [a-z-]+\.spec\.delivery\.timeout")
"""Knative takes it, by `x-kubernetes-preserve-unknown-fields`, but its schema does not name it."""


class BadObjectError(Exception):
    """An object does not match its API version."""


def check(manifest):
    """Raise BadObjectError if `manifest` does not match its `apiVersion` and `kind`."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    if group in TYPED:
        _check_typed(manifest, f"{TYPED[group]}.{version}")
        return
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except (ValidationError, InvalidSchemaError) as error:
        raise BadObjectError(f"{_name(manifest)}: {error}") from error


def _check_typed(manifest, module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # this concerns the models' field names
        model = getattr(importlib.import_module(module), manifest["kind"], None)
        if model is None:
            raise BadObjectError(f"{_name(manifest)}: there is no such kind in {module}")
        try:
            read = model.model_validate(manifest)
        except (TypeError, ValueError) as error:
            raise BadObjectError(f"{_name(manifest)}: {error}") from error
    # The models drop unknown fields.
    kept = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    _compare(manifest, kept, _name(manifest))


def _compare(given, kept, where):
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, value in given.items():
            if KEPT.fullmatch(f"{where}.{name}"):
                seconds(value)
                continue
            if name not in kept:
                raise BadObjectError(f"{where}.{name} is no known field")
            _compare(value, kept[name], f"{where}.{name}")
    elif isinstance(given, list) and isinstance(kept, list):
        for place, (one, other) in enumerate(zip(given, kept, strict=True)):
            _compare(one, other, f"{where}[{place}]")
    elif type(given) is not type(kept):
        raise BadObjectError(f"{where} must be a {type(kept).__name__}, not {given!r}")


def _name(manifest):
    return f"{manifest['kind']} {manifest['metadata']['name']}"
