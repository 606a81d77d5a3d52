"""One world for all faults, and a table of their outcomes."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.faults.world import World

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
MARKS = "<!-- faults: begin -->", "<!-- faults: end -->"
SHORT, FULL = 15, 40
"""Requests for each fault."""
LEAST_WRITTEN = 20
"""Of so many faults the table is written; not of a few that somebody looks into."""
DISK = "512m"
COLUMNS = "| fault | accepted | done | failed, with the reason | lost | wrong |"
HEADER = f"{COLUMNS}\n|---|---|---|---|---|---|"


@pytest.fixture(scope="session")
def small_disk(tmp_path_factory):
    """A small disk that a test can fill, or None if we cannot mount one."""
    folder = tmp_path_factory.mktemp("disk")
    mount = shutil.which("mount")
    command = [mount, "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    may_mount = bool(mount) and os.name == "posix" and os.geteuid() == 0
    mounted = may_mount and subprocess.run(command, check=False).returncode == 0
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.fixture(scope="session")
def trials(request):
    """Collects the outcome of each fault and prints them at the end."""
    trials = []
    yield trials
    table = "\n".join([HEADER, *(trial.row() for trial in trials)])
    sys.stderr.write(f"\n{table}\n")
    if request.config.getoption("all_faults") and len(trials) > LEAST_WRITTEN:
        write(table)


@pytest.fixture(scope="session")
def world(request, tmp_path_factory, small_disk, trials):
    is_full = request.config.getoption("all_faults")
    home = tmp_path_factory.mktemp("faults")
    world = World(home, small_disk or home / "data", FULL if is_full else SHORT)
    world.small_disk = small_disk
    world.trials = trials
    yield world
    world.close()


def write(table):
    """Put the table between the document's markers."""
    begin, end = MARKS
    now = datetime.now(timezone.utc).date()
    told = f"{begin}\nRun of {now:%-d %B %Y}, {FULL} requests for each fault.\n\n{table}\n{end}"
    with contextlib.suppress(FileNotFoundError):
        text = DOCUMENT.read_text(encoding="utf-8")
        text = re.sub(f"{begin}.*{end}", lambda _: told, text, flags=re.DOTALL)
        DOCUMENT.write_text(text, encoding="utf-8")


def pytest_collection_modifyitems(config, items):
    """Run few faults without --all-faults."""
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in ours:
        if item.get_closest_marker("faults") and not config.getoption("all_faults"):
            item.add_marker(pytest.mark.skip(reason="in the full form: make test-faults"))
