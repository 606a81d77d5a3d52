"""One child process: started in a session of its own, ended with everything it started."""

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
"""At-least-once delivery makes a kill harmless, so nobody waits long for a busy function."""
POLL_S = 0.05
NICENESS = 10


class StartError(Exception):
    """A program could not be started; the message says why and what to do."""


class Process:
    """A running `Program` whose output goes to `log_path`."""

    def __init__(self, program: Program, log_path: Path) -> None:
        self.program = program
        self.log_path = log_path
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns at once."""
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
        """Run only on what the others leave.

        Linux may schedule each session as one: then it is the session's niceness that counts.
        """
        with contextlib.suppress(OSError):
            ours = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PGRP, self.pid, ours + NICENESS)
        for _ in range(3):
            try:
                Path(f"/proc/{self.pid}/autogroup").write_text(str(NICENESS), encoding="ascii")
            except BlockingIOError:  # it takes one such change in a tenth of a second
                time.sleep(0.15)
            except OSError:
                return
            else:
                return

    def wait_until_ready(self, timeout_s: float) -> None:
        """Return when it answers. StartError where it ends instead, or takes too long."""
        give_up = time.monotonic() + timeout_s
        while not self.program.is_ready():
            if not self.is_alive():
                message = f"{self.program.name} ended at once:\n{self.last_words()}"
                raise StartError(message)
            if time.monotonic() > give_up:
                message = (
                    f"{self.program.name} does not answer after {timeout_s:.0f} s;"
                    f" see {self.log_path}."
                )
                raise StartError(message)
            time.sleep(POLL_S)

    @property
    def pid(self) -> int:
        """The process id; it leads the process group of its children."""
        if self._running is None:
            message = f"{self.program.name} was not started."
            raise StartError(message)
        return self._running.pid

    def is_alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Signal it and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self) -> None:
        """End it and everything it started, by force where it does not go in time."""
        if self._running is None:
            return
        if self.is_alive():
            self.signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(GRACE_S)
        self.signal(signal.SIGKILL)
        self._running.wait()

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])
