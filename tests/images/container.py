"""Runs an image's tree like a container: its user, a read-only root, /tmp, its own process 1.

It uses the command line tools of Linux namespaces and chroot instead of a container runtime. Few
machines that build images without a registry have one. The network is the host's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.process import Process
from local.servers import Program, answers_http
from tests.images.building import Image
from tests.support.waiting import until

# $1 is the tree, then come the environment and the program. It has its own namespaces.
ENTER = """
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp" && mount -t proc proc "$1/proc"
mount --bind /dev "$1/dev"
shift; exec env -i "$@"
"""
READY_S = 300


class Container:
    """Runs `image` at `port` of this machine with the variables `env`."""

    def __init__(
        self,
        image: Image,
        port: int,
        env: Mapping[str, str],
        log: Path,
        argv: Sequence[str] | None = None,
    ) -> None:
        config, root = image.config, image.root
        own = [*config["Entrypoint"], *(argv or config["Cmd"])]
        set_in_image = dict(line.split("=", 1) for line in config["Env"])
        env = {**set_in_image, "PORT": str(port), "HOST": "127.0.0.1", **env}
        command = [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
            *("--propagation", "private", "sh", "-ec", ENTER, "sh", str(root)),
            *(f"{name}={value}" for name, value in env.items()),
            *(shutil.which("chroot") or "chroot", f"--userspec={config['User']}", str(root)),
            *("sh", "-c", 'cd "$0" && exec "$@"', config["WorkingDir"], *own),
        ]
        program = Program("image", tuple(command), (port,), lambda: answers_http(port, "/healthz"))
        self.process = Process(program, log)
        self._first = f"{own[0]}\0".encode()
        self.url = f"http://127.0.0.1:{port}"

    def begin(self) -> None:
        """Start the container. Returns once the image's own process 1 runs."""
        self.process.start()
        until(self._runs_the_image, pause_s=0.002)

    def _runs_the_image(self) -> bool:
        """Whether its init has started the program. Before that, it ignores signals.

        The init's child also ignores them, until it has become the program.
        """
        assert self.process.is_alive(), self.process.last_words()
        with contextlib.suppress(OSError, IndexError):
            init = _children(self.process.pid)[0]
            program = _children(init)[0]
            is_init = [_command(pid).startswith(self._first) for pid in (init, program)]
            return is_init == [True, False]
        return False

    def wait_until_ready(self) -> None:
        self.process.wait_until_ready(READY_S)

    def start(self) -> None:
        self.begin()
        self.wait_until_ready()

    @property
    def first_process(self) -> int:
        """Process 1 of the container. A container runtime signals only that process."""
        return _children(self.process.pid)[0]

    def processes(self) -> list[int]:
        found = [self.first_process]
        for pid in found:
            found.extend(_children(pid))
        return found

    def terminate(self) -> None:
        os.kill(self.first_process, signal.SIGTERM)

    def wait_until_ended(self) -> None:
        until(
            lambda: (self.process.is_alive(), self.process.last_words()), lambda told: not told[0]
        )

    def memory_mib(self) -> float:
        """The memory of its processes. Counts shared pages once."""
        return sum(map(_pss_kib, self.processes())) / 1024

    def cpu_s(self) -> float:
        """The CPU time that its processes have used so far."""
        return sum(map(_cpu_s, self.processes()))

    def stop(self) -> None:
        self.process.stop()


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _pss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _cpu_s(pid: int) -> float:
    # utime and stime, after the name in parentheses, which can contain spaces
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
