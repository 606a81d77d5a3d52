"""Runs another program that ends when its parent process ends, even if the parent is killed.

python local/end_with_parent.py PARENT_PID PROGRAM ARGUMENTS ...

This works only on Linux. On other systems, the program keeps running without its parent.
"""

from __future__ import annotations

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run the program. This is a script because importing the package would take longer."""
    parent, argv = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent ended before the prctl call
            sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - the runner's own programs


if __name__ == "__main__":
    main()
