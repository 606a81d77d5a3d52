"""Starts one child process in its own session, and stops it with all of its children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from local.servers import Program

END_WITH_PARENT = Path(__file__).with_name("end_with_parent.py")
GRACE_S = 2.0
"""How long a busy function may take to stop. A kill is safe, because events are delivered again."""
POLL_S = 0.05
NICENESS = 10
LAST_LINES = 12


class StartError(Exception):
    """A program cannot be started. The message says why and what to do."""


class Process:
    """A running `Program` whose output goes to `log_path`."""

    def __init__(self, program: Program, log_path: Path) -> None:
        self.program = program
        self.log_path = log_path
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program and return at once."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-I", str(END_WITH_PARENT), str(os.getpid()), *self.program.argv],
                env={**os.environ, **self.program.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if self.program.works_off:
            self._yield()

    def _yield(self) -> None:
        """Give the process a lower priority than the others.

        If Linux schedules each session as a group, only the niceness of the session counts.
        """
        with contextlib.suppress(OSError):
            ours = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PGRP, self.pid, ours + NICENESS)
        for _ in range(3):
            try:
                Path(f"/proc/{self.pid}/autogroup").write_text(str(NICENESS), encoding="ascii")
            except BlockingIOError:  # Linux accepts one change per 0.1 s
                time.sleep(0.15)
            except OSError:
                return
            else:
                return

    def wait_until_ready(self, timeout_s: float) -> None:
        """Wait until the program answers. Raises StartError if it ends or takes too long."""
        give_up = time.monotonic() + timeout_s
        while not self.program.is_ready():
            if not self.is_alive():
                message = f"{self.program.name} ended right after its start:\n{self.last_words()}"
                raise StartError(message)
            if time.monotonic() > give_up:
                raise StartError(
                    f"{self.program.name} does not answer after {timeout_s:.0f} s."
                    f" See {self.log_path}."
                )
            time.sleep(POLL_S)

    @property
    def pid(self) -> int:
        """The process id, which is also the id of the process group of its children."""
        if self._running is None:
            raise StartError(f"{self.program.name} was not started.")
        return self._running.pid

    def is_alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self) -> None:
        """Stop the process and its children, and kill them if they take too long."""
        if self._running is None:
            return
        if self.is_alive():
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(GRACE_S)
        self.signal(signal.SIGKILL)
        self._running.wait()

    def last_words(self) -> str:
        """The last lines of the log."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-LAST_LINES:])
