"""Checks every shell script with shellcheck."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELLCHECK = Path(sys.executable).parent / "shellcheck"
SCRIPTS = [
    ROOT / ".ci" / "run",
    *(path for folder in ("knative", "tests") for path in sorted((ROOT / folder).rglob("*.sh"))),
]


@pytest.mark.skipif(not SHELLCHECK.exists(), reason="shellcheck has no wheel for this machine")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_trap_in_it(script):
    ran = subprocess.run(
        [str(SHELLCHECK), str(script)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def test_there_are_scripts():
    assert {"on-knative.sh", "on-openfaas.sh", "start.sh"} <= {path.name for path in SCRIPTS}
