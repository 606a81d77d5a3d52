"""Runs another commit of Stockcast with its own stores, to compare this one with it.

It uses the packages that are installed here. If the commit needs others, it does not start.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from bench.running.world import ENV
from local.servers import S3_PORTS, free_port
from local.stack import ROOT

INSTALL = ".venv/bin/uv pip install PACKAGE, from its requirements-dev.txt"
START = """
import json, pathlib, sys
from local.stack import Options, Stack, at_base_port, programs
home = pathlib.Path(sys.argv[1])
options = at_base_port(Options(home=home), int(sys.argv[2]))
stack = Stack(programs(options), home / "logs")
stack.start(lambda _: None)
try:
    groups = {process.program.name: process.pid for process in stack.processes}
    print(json.dumps({"port": options.web_port, "redis": options.redis_port, "groups": groups}))
    sys.stdout.flush()
    sys.stdin.read()
finally:
    stack.stop()
"""


@dataclass(frozen=True)
class Other:
    """The port of its web, its Redis, and the process groups of its programs."""

    port: int
    redis: redis.Redis
    groups: dict[str, int]


@contextmanager
def other_commit(commit: str, env: dict[str, str]) -> Iterator[Other]:
    """Run `commit`. `env` extends its environment. Raises RuntimeError if it does not start."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        code, home = Path(folder) / "code", Path(folder) / "home"
        _unpack(commit, code)
        base = free_port(5 + len(S3_PORTS))
        running = subprocess.Popen(
            [sys.executable, "-c", START, str(home), str(base)],
            cwd=code,
            env={**os.environ, **ENV, **env, "PYTHONPATH": str(code)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            told = running.stdout.readline() if running.stdout else b""
            if not told:
                message = f"{commit} does not start. Install what it needs: {INSTALL}"
                raise RuntimeError(message)
            of = json.loads(told)
            yield Other(of["port"], redis.Redis(port=of["redis"]), of["groups"])
        finally:
            running.communicate(b"")


def _unpack(commit: str, folder: Path) -> None:
    packed = subprocess.run(
        ["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    vendor = ROOT / "static" / "vendor"  # npm installs it, so git does not have it
    if not (folder / "static" / "vendor").exists():
        (folder / "static" / "vendor").symlink_to(vendor)
