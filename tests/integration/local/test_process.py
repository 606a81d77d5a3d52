"""A child process of the local stack."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local.process import NICENESS, Process
from local.servers import Program

IDLE = Program("idle", (sys.executable, "-c", "import time; time.sleep(60)"), (), lambda: True)


@pytest.mark.parametrize(("works_off", "more"), [(False, 0), (True, NICENESS)])
def test_what_works_off_a_backlog_leaves_the_processors_to_the_others(tmp_path, works_off, more):
    process = Process(replace(IDLE, works_off=works_off), tmp_path / "log")
    process.start()
    try:
        niceness = os.getpriority(os.PRIO_PROCESS, process.pid)
        autogroup = Path(f"/proc/{process.pid}/autogroup")
        session = autogroup.read_text() if autogroup.exists() else f"nice {more}"
    finally:
        process.stop()
    assert niceness == min(os.getpriority(os.PRIO_PROCESS, 0) + more, 19)
    assert session.split()[-1] == str(more)
