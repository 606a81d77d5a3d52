"""The CPU time and memory of a program's process group, from /proc (Linux)."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_EVERY_S = 0.2


def members(group: int) -> list[int]:
    """The processes of a group. Each program of the stack leads one."""
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                if int(_stat(int(entry.name))[2]) == group:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def cpu_s(group: int) -> float:
    """CPU seconds of the group's processes, and of their children that have ended."""
    spent = 0.0
    for pid in members(group):
        try:
            *own, of_user, of_system = (int(field) / TICKS for field in _stat(pid)[11:15])
            tasks = (PROC / str(pid) / "task").iterdir()
            exact = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
        except OSError:
            continue
        # The exact figure leaves out threads that have ended. The other one counts in 0.01 s.
        spent += max(sum(own), exact) + of_user + of_system
    return spent


def all_cpu_s(groups: Iterable[int]) -> float:
    return sum(map(cpu_s, groups))


def memory_mb(group: int) -> float:
    """The proportional set size of the group in MB. Shared memory counts once."""
    kb = 0
    for pid in members(group):
        try:
            text = (PROC / str(pid) / "smaps_rollup").read_text()
        except OSError:
            continue
        kb += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return kb / 1024


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, group, ..."""
    return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()


def pin(group: int, cores: set[int]) -> None:
    for pid in members(group):
        for task in (PROC / str(pid) / "task").iterdir():
            os.sched_setaffinity(int(task.name), cores)


@contextmanager
def watched(groups: dict[str, int]) -> Iterator[dict[str, float]]:
    """The peak memory of each program in MB, measured repeatedly until the context ends."""
    peak_mb = {name: memory_mb(group) for name, group in groups.items()}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_EVERY_S):
            for name, group in groups.items():
                peak_mb[name] = max(peak_mb[name], memory_mb(group))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak_mb
    finally:
        ended.set()
        watcher.join()
