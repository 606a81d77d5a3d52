"""Builds the manifests with the real kustomize."""

import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
KNATIVE = ROOT / "knative"
OVERLAYS = sorted(path.name for path in (KNATIVE / "overlays").iterdir())
COMPONENTS = sorted(path.name for path in (KNATIVE / "components").iterdir())
FUNCTIONS = ("web", "ingest", "forecast")
KUBECTL = Path(sys.executable).parent / "kubectl"


def kustomize(folder):
    """The objects that `kubectl kustomize` builds from a folder. It needs no cluster."""
    return list(yaml.safe_load_all(_built(folder)))


@lru_cache
def _built(folder):
    built = subprocess.run(
        [str(KUBECTL), "kustomize", str(folder)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    assert built.stderr == ""
    return built.stdout


def overlay(name):
    return kustomize(KNATIVE / "overlays" / name)


def with_component(name, home):
    """The production overlay with the component, which it may already have."""
    production = KNATIVE / "overlays" / "production"
    listed = yaml.safe_load((production / "kustomization.yaml").read_text())["components"]
    top = {"kind": "Kustomization", "resources": [os.path.relpath(production, home)]}
    if f"../../components/{name}" not in listed:
        top["components"] = [os.path.relpath(KNATIVE / "components" / name, home)]
    (home / "kustomization.yaml").write_text(yaml.safe_dump(top))
    return kustomize(home)


def of_kind(objects, kind, group=""):
    return [
        one
        for one in objects
        if one["kind"] == kind and one["apiVersion"].rpartition("/")[0] == group
    ]


def named(objects, kind, name, group=""):
    (found,) = [one for one in of_kind(objects, kind, group) if one["metadata"]["name"] == name]
    return found


def knative_services(objects):
    """The functions by name."""
    found = of_kind(objects, "Service", "serving.knative.dev")
    return {one["metadata"]["name"]: one for one in found}


def pod_specs(objects):
    """Each object that creates pods, with their spec."""
    return [
        (one, one["spec"]["template"]["spec"])
        for one in objects
        if "template" in one.get("spec", {})
    ]
