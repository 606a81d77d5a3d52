"""Starts programs beside Stockcast's own, and stops them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.process import Process
from local.servers import Program

READY_S = 60.0


@contextmanager
def started(programs: Sequence[Program], logs: Path) -> Iterator[dict[str, Process]]:
    """Run `programs` in order, and wait until all are ready. Yields them by name."""
    processes: dict[str, Process] = {}
    try:
        for program in programs:
            processes[program.name] = Process(program, logs / f"{program.name}.log")
            processes[program.name].start()
        for process in processes.values():
            process.wait_until_ready(READY_S)
        yield processes
    finally:
        for process in processes.values():
            process.stop()
