"""Becomes another program that ends when the one that started it does, however that ended.

python local/end_with_parent.py PARENT_PID PROGRAM ARGUMENTS ...

On Linux alone; elsewhere the program runs on, as it would without this.
"""

from __future__ import annotations

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run as a script: importing the package would take longer than the program's own start."""
    parent, argv = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we asked to be told
            sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - the runner's own programs


if __name__ == "__main__":
    main()
