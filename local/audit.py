"""Looks up the locked versions among the published advisories (`make audit`).

Ends with 1 where one is affected. Where the advisories cannot be reached, it says so, and what was
not looked up counts as no finding: a machine without a network can still work.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = (
    *("requirements-dev.txt", "requirements-yahoo.txt"),
    *(f"functions/{name}/requirements.txt" for name in ("web", "ingest", "forecast")),
)


def main() -> int:
    """Audit each lock file; the answer is the exit code."""
    affected = [line for lock in LOCKS for line in _audited(lock)]
    for line in affected:
        print(line)
    return 1 if affected else 0


def _audited(lock: str) -> list[str]:
    argv = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    argv += ["--disable-pip", "--require-hashes", "-r", str(ROOT / lock)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    try:
        found = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = (ran.stderr.strip().splitlines() or ["nothing was said"])[-1]
        print(f"{lock}: not looked up, since the advisories cannot be reached ({said[:200]}).")
        return []
    affected, unknown = findings(lock, found)
    looked_up = len(found) - unknown
    missed = f"; {unknown} could not be looked up" if unknown else ""
    print(f"{lock}: {looked_up} of {len(found)} versions looked up{missed}.")
    return affected


def findings(lock: str, found: list[dict[str, Any]]) -> tuple[list[str], int]:
    """A line for each advisory in pip-audit's answer, and how many versions it did not look up."""
    affected = [
        f"{lock}: {one['name']} {one['version']} is affected by {advisory['id']};"
        f" mended in {', '.join(advisory['fix_versions']) or 'no version yet'}."
        for one in found
        for advisory in one.get("vulns", ())
    ]
    return affected, sum("skip_reason" in one for one in found)


if __name__ == "__main__":
    sys.exit(main())
