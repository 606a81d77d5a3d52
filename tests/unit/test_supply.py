"""The installed packages are the locked ones: versions, hashes, and a bill of materials."""

import base64
import json
import re

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from local import sbom
from local.audit import LOCKS, ROOT, audited, findings
from tests.support.python import printed

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)


def pins(lock):
    """Names and versions; at times two of one name, for different versions of Python."""
    text = (ROOT / lock).read_text()
    return {(name.lower(), version) for name, _, version in PINNED.findall(text)}


def entries(lock):
    text = (ROOT / lock).read_text()
    starts = [match.start() for match in PINNED.finditer(text)]
    return [text[at:end] for at, end in zip(starts, [*starts[1:], len(text)], strict=True)]


@pytest.mark.parametrize("lock", [*LOCKS, "bench/shipped/requirements.txt"])
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


IMPORTED = {
    "local.broker.server": "local/broker/requirements.txt",
    "functions.ingest.prepare_bucket, minio": "functions/ingest/requirements.txt",
    "functions.common.cloudevents.adapter, obstore.store": "functions/common/requirements.txt",
    **{
        f"functions.{name}.main": f"functions/{name}/requirements.txt"
        for name in ("web", "ingest", "forecast")
    },
}


@pytest.mark.parametrize(("modules", "lock"), IMPORTED.items())
def test_what_is_imported_at_start_is_in_the_lock_of_its_image(modules, lock):
    code = f"""
import sys, {modules}
from importlib.metadata import packages_distributions
known = packages_distributions()
used = {{m.split(".")[0] for m in sys.modules}} - {{"google"}}  # a .pth file makes that namespace
print(*(one for name in used for one in known.get(name, ())))
"""
    env = {"PATH": "", "PYTHONPATH": ".", "S3_BUCKET": "bucket", "K_SINK": "http://127.0.0.1:9/"}
    ours = {"stockcast", "setuptools", "pip"}
    where_there = {"watchfiles", "python-multipart", "sniffio"}  # by uvicorn, Starlette and anyio
    imported = {
        re.sub(r"[-_.]+", "-", one.lower()) for one in printed(code, env=env).split()
    } - ours
    assert imported
    assert imported - where_there <= {name for name, _ in pins(lock)}


def test_the_chart_library_is_locked_with_its_hash_and_no_host():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())


@pytest.mark.parametrize("function", sbom.FUNCTIONS)
def test_the_bill_of_materials_names_every_locked_version(function):
    bill = sbom.bill(function)
    assert VALIDATOR.validate_str(json.dumps(bill)) is None
    assert bill["metadata"]["component"]["name"] == f"stockcast-{function}"
    named = {kind: {} for kind in ("pypi", "npm")}
    for one in bill["components"]:
        kind = one["purl"].removeprefix("pkg:").split("/")[0]
        named[kind][one["name"].lower(), one["version"]] = one
    assert set(named["pypi"]) == pins(f"functions/{function}/requirements.txt")
    page = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    shown = wanted if function == "web" else {}
    assert dict(list(named["npm"])) == shown
    for (name, _), one in named["npm"].items():
        [digest] = one["hashes"]
        assert digest["alg"] == "SHA-512"
        locked = page[f"node_modules/{name}"]["integrity"]
        assert base64.b64encode(bytes.fromhex(digest["content"])).decode() in locked


def test_an_advisory_is_a_finding_and_what_is_not_looked_up_is_counted():
    found = [
        {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]},
        {"name": "b", "version": "1", "vulns": []},
        {"name": "c", "skip_reason": "Dependency not found on PyPI"},
    ]
    affected, unknown = findings("lock", found)
    assert affected == ["lock: a 1 is affected by PYSEC-1, fixed in 2."]
    assert unknown == 1


ONE = "anyio==4.16.0 --hash=sha256:" + "0" * 64


def test_without_a_network_nothing_is_found_and_that_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))  # it keeps answers there
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    lock = tmp_path / "requirements.txt"
    lock.write_text(ONE)
    assert audited(str(lock)) == []
    assert "not looked up, because the advisories cannot be reached" in capsys.readouterr().out


def test_a_lock_that_cannot_be_read_is_a_finding(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    lock = tmp_path / "requirements.txt"
    lock.write_text(ONE.split(maxsplit=1)[0])
    [finding] = audited(str(lock))
    assert "cannot be read" in finding
