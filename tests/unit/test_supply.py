"""What is installed is what was locked: versions, hashes, and a bill of materials of them."""

import json
import re
import subprocess
import sys

import pytest

from local.audit import LOCKS, ROOT, findings

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)


def pins(lock):
    """Names and versions; at times two of one name, for different versions of Python."""
    text = (ROOT / lock).read_text()
    return {(name.lower(), version) for name, _, version in PINNED.findall(text)}


def entries(lock):
    text = (ROOT / lock).read_text()
    starts = [match.start() for match in PINNED.finditer(text)]
    return [text[at:end] for at, end in zip(starts, [*starts[1:], len(text)], strict=True)]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_its_hashes(lock):
    assert entries(lock)
    for entry in entries(lock):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]
    loose = [
        line
        for line in (ROOT / lock).read_text().splitlines()
        if line and not line.startswith((" ", "#")) and not PINNED.match(line)
    ]
    assert loose == []


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_functions_are_locked_to_what_is_tested(lock):
    tested = {name for name, _ in pins(LOCKS[0])}
    both = {(name, version) for name, version in pins(lock) if name in tested}
    assert both
    assert both <= pins(LOCKS[0])


def test_the_chart_library_is_locked_with_its_hash_and_no_host():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())


def test_the_bill_of_materials_names_every_locked_version(tmp_path):
    lock, out = LOCKS[-3], tmp_path / "web.json"
    argv = [sys.executable, "-m", "cyclonedx_py", "requirements", str(ROOT / lock)]
    argv += ["--output-reproducible", "--output-file", str(out)]
    subprocess.run(argv, check=True, capture_output=True)
    bill = json.loads(out.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert {(one["name"].lower(), one["version"]) for one in bill["components"]} == pins(lock)


def test_an_advisory_is_a_finding_and_what_is_not_looked_up_is_counted():
    found = [
        {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]},
        {"name": "b", "version": "1", "vulns": []},
        {"name": "c", "skip_reason": "Dependency not found on PyPI"},
    ]
    affected, unknown = findings("lock", found)
    assert affected == ["lock: a 1 is affected by PYSEC-1; mended in 2."]
    assert unknown == 1
