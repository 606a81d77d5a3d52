"""Builds the images with `make images`, buildah and no registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.images.base_image import CERTIFICATES, assemble

ROOT = Path(__file__).parents[2]
BASE = "localhost/stockcast-base"
FUNCTIONS = ("web", "ingest", "forecast")
BUILT = (*FUNCTIONS, "broker")
PASSED_ON = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout")
"""Of this machine's pip configuration."""


@dataclass(frozen=True)
class Image:
    """A built image: its OCI configuration, its mounted tree, and its layers above the base.

    `layers` are their sizes by digest, the lowest first. `own_bytes` is the size of their files.
    """

    config: dict[str, Any]
    root: Path
    own_bytes: int
    layers: dict[str, int]


class Buildah:
    """Runs buildah with its own storage."""

    def __init__(self, home: Path, driver: str) -> None:
        self.command = f"buildah --root {home}/images --runroot {home}/run"
        self.env = {**os.environ, "STORAGE_DRIVER": driver, "BUILDAH_ISOLATION": "chroot"}

    def __call__(self, *arguments: object) -> str:
        return self.run(*self.command.split(), *map(str, arguments)).strip()

    def run(self, *command: str) -> str:
        """The output of a command. Raises RuntimeError with all output if it fails."""
        ran = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        if ran.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{ran.stdout}{ran.stderr}")
        return ran.stdout


def hindrance() -> str | None:
    """The reason why this machine cannot build and run images, if there is one."""
    for tool in ("buildah", "unshare", "chroot", "make"):
        if shutil.which(tool) is None:
            return f"there is no {tool} here; on Debian, .ci/run installs it"
    if os.geteuid() != 0:
        return "only root builds and runs images"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False)
    return "no namespaces may be made here" if tried.returncode else None


@contextmanager
def images(home: Path) -> Iterator[dict[str, Image]]:
    """Build the images and mount them under `home`, by name. Removes everything afterwards."""
    buildah = _working(home)
    try:
        base_bytes = _base(buildah, home / "base")
        pip, npm = home / "pip.conf", home / "npmrc"
        pip.write_text(_pip_configuration(), encoding="utf-8")
        npm.write_text(f"cafile={CERTIFICATES}\n" if CERTIFICATES.exists() else "")
        secrets = f"--secret id=pip,src={pip} --secret id=npm,src={npm}"
        buildah.run(
            *("make", "images", f"BUILDER={buildah.command}", f"BASE_IMAGE={BASE}", "TAG=tested"),
            f"BUILD_FLAGS=--quiet {secrets}",
        )
        yield {function: _mounted(buildah, function, base_bytes) for function in BUILT}
    finally:
        buildah("rm", "--all")
        buildah("rmi", "--all", "--force")


def _working(home: Path) -> Buildah:
    """Use overlay mounts, or copies if the kernel or the file system has no overlays."""
    buildah = Buildah(home / "overlay", "overlay")
    try:
        buildah("mount", buildah("from", "scratch"))
    except RuntimeError:
        return Buildah(home / "vfs", "vfs")
    return buildah


def _base(buildah: Buildah, tree: Path) -> int:
    assemble(tree)
    container = buildah("from", "scratch")
    buildah("copy", "--quiet", container, tree, "/")
    buildah("config", "--env", "PATH=/usr/local/bin:/usr/bin", container)
    buildah("commit", "--quiet", "--rm", container, BASE)
    size = _bytes(tree)
    shutil.rmtree(tree)
    return size


def _mounted(buildah: Buildah, function: str, base_bytes: int) -> Image:
    name = f"localhost/stockcast-{function}:tested"
    inspected = json.loads(buildah("inspect", "--type", "image", name))
    config = inspected["OCIv1"]["config"]
    root = Path(buildah("mount", buildah("from", name)))
    _, *layers = json.loads(inspected["Manifest"])["layers"]
    sizes = {layer["digest"]: layer["size"] for layer in layers}
    return Image(config, root, _bytes(root) - base_bytes, sizes)


def _bytes(tree: Path) -> int:
    return sum(
        (Path(folder) / name).lstat().st_size
        for folder, _, names in os.walk(tree)
        for name in names
    )


def _pip_configuration() -> str:
    """This machine's pip configuration, for the pip of the build."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    lines = ["[global]"]
    if CERTIFICATES.exists():
        lines.append(f"cert = {CERTIFICATES}")
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        key, value = name.rsplit(".", 1)[-1], value.strip("'")
        if key in PASSED_ON and "file:" not in value:
            lines.append(f"{key} = {value}")
    return "\n".join(lines) + "\n"
