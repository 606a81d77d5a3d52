"""Looks up the locked versions in the published security advisories (`make audit`).

Exits with 1 if an advisory affects a version, or if a lock file cannot be read. A version that
cannot be looked up, for example without a network, is reported but does not fail the audit.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = (
    *("requirements-dev.txt", "requirements-yahoo.txt", "requirements-page.txt"),
    *(f"functions/{name}/requirements.txt" for name in ("web", "ingest", "forecast")),
    *("functions/common/requirements.txt", "functions/common/requirements-prices.txt"),
    "local/broker/requirements.txt",
)


def main() -> int:
    """Audit each lock file and return the exit code."""
    affected = [line for lock in LOCKS for line in audited(lock)]
    for line in affected:
        print(line)
    return 1 if affected else 0


def audited(lock: str) -> list[str]:
    """A line for each finding in the lock file. Prints how many versions were looked up."""
    ran = _pip_audit(lock)
    try:
        found = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        read = _pip_audit(lock, "--dry-run")
        if read.returncode != 0:  # --dry-run needs no network, so the file itself is wrong
            return [f"{lock} cannot be read: {_last_line(read.stderr)}"]
        output = _last_line(ran.stderr)
        print(f"{lock}: not looked up, because the advisories cannot be reached ({output}).")
        return []
    affected, unknown = findings(lock, found)
    looked_up = len(found) - unknown
    missed = f"; {unknown} could not be looked up" if unknown else ""
    print(f"{lock}: {looked_up} of {len(found)} versions looked up{missed}.")
    return affected


def _pip_audit(lock: str, *flags: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    argv += ["--disable-pip", "--require-hashes", *flags, "-r", str(ROOT / lock)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["nothing was said"])[-1][:200]


def findings(lock: str, found: list[dict[str, Any]]) -> tuple[list[str], int]:
    """A line for each advisory that pip-audit found, and how many versions it did not look up."""
    affected = [
        f"{lock}: {one['name']} {one['version']} is affected by {advisory['id']},"
        f" fixed in {', '.join(advisory['fix_versions']) or 'no version yet'}."
        for one in found
        for advisory in one.get("vulns", ())
    ]
    return affected, sum("skip_reason" in one for one in found)


if __name__ == "__main__":
    sys.exit(main())
