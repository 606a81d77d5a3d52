"""Writes a CycloneDX bill of materials for each function (`make sbom`).

It lists the packages in the function's lock file, for all Python versions. For web, it also lists
the npm packages of the page.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FUNCTIONS = ("web", "ingest", "forecast")
LICENCE = "Apache-2.0"


def main(folder: Path = ROOT / "sbom") -> None:
    """Write `folder`/FUNCTION.json for each function."""
    folder.mkdir(exist_ok=True)
    for function in FUNCTIONS:
        path = folder / f"{function}.json"
        path.write_text(json.dumps(bill(function), indent=2) + "\n", encoding="utf-8")
        print(path)


def bill(function: str) -> dict[str, Any]:
    """The bill of materials of a function. Raises CalledProcessError if its lock is unreadable."""
    lock = ROOT / "functions" / function / "requirements.txt"
    argv = [sys.executable, "-m", "cyclonedx_py", "requirements", str(lock)]
    argv += ["--output-reproducible", "--no-validate"]  # the tests validate the whole
    ran = subprocess.run(argv, stdout=subprocess.PIPE, check=True)
    made: dict[str, Any] = json.loads(ran.stdout)
    name = f"stockcast-{function}"
    licences = [{"license": {"id": LICENCE}}]
    root = {"type": "application", "bom-ref": name, "name": name, "licenses": licences}
    made["metadata"]["component"] = root
    if function == "web":
        made["components"] += _of_the_page()
    parts = [one["bom-ref"] for one in made["components"]]
    made["dependencies"] = [{"ref": name, "dependsOn": parts}, *({"ref": one} for one in parts)]
    return made


def _of_the_page() -> list[dict[str, Any]]:
    """The packages in package-lock.json, without those that only the tests use."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [
        _component(path.rpartition("node_modules/")[2], package)
        for path, package in packages.items()
        if path and not package.get("dev")
    ]


def _component(name: str, package: dict[str, Any]) -> dict[str, Any]:
    algorithm, _, digest = package["integrity"].partition("-")
    alg = f"{algorithm[:3]}-{algorithm[3:]}".upper()
    return {
        "type": "library",
        "bom-ref": f"npm-{name}",
        "name": name,
        "version": package["version"],
        "licenses": [{"license": {"id": package["license"]}}],
        "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}",
        "hashes": [{"alg": alg, "content": base64.b64decode(digest).hex()}],
    }


if __name__ == "__main__":
    main()
