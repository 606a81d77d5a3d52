"""What tests/e2e/on-knative.sh applies. A stand-in for kubectl records it."""

import os
import subprocess

import yaml

from tests.manifests.building import KUBECTL, ROOT, knative_services, overlay

KEEPS = """#!/bin/sh
case "$*" in
  kustomize*) exec {kubectl} "$@" ;;
  "get namespace "*) exit 1 ;;
  "apply --filename "*) cp "$3" {kept}; echo "that is all"; exit 1 ;;
esac
"""


def test_the_script_applies_the_overlay_with_its_images_in_its_order(tmp_path):
    kept = tmp_path / "kept.yaml"
    stand_in = tmp_path / "kubectl"
    stand_in.write_text(KEEPS.format(kubectl=KUBECTL, kept=kept), encoding="utf-8")
    stand_in.chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "IMAGE_PREFIX": "registry.example.com/ours-",
        "TAG": "7",
    }
    command = [str(ROOT / "tests/e2e/on-knative.sh")]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "that is all" in ran.stdout, ran.stderr
    assert ran.returncode == 1
    applied = list(yaml.safe_load_all(kept.read_text(encoding="utf-8")))
    assert [(one["kind"], one["metadata"]["name"]) for one in applied] == [
        (one["kind"], one["metadata"]["name"]) for one in overlay("try")
    ]
    for name, service in knative_services(applied).items():
        (container,) = service["spec"]["template"]["spec"]["containers"]
        assert container["image"] == f"registry.example.com/ours-{name}:7"
