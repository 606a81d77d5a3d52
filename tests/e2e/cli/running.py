"""Runs `stockcast` from a script, and in a terminal like a person."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

SEND_AGAIN_S = 10
STOCKCAST = Path(sys.executable).with_name("stockcast")


def run(*arguments, url=None, **variables):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("STOCKCAST_")
    }
    named = {"STOCKCAST_URL": url} if url else {}
    return subprocess.run(
        [STOCKCAST, *arguments],
        env={**environment, **named, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=300,
    )


def at_a_terminal(*arguments, url, until, then=None):
    """What a terminal shows until `until` is in it; `then` is the signal sent after that.

    As a person presses Ctrl-C again, it is sent again where the first one comes to nothing: Python
    drops an exception that is raised while it cleans up.
    """
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "STOCKCAST_URL": url,
        "TERM": "xterm",
        "COLUMNS": "70",
        "LINES": "30",
    }
    environment.pop("NO_COLOR", None)
    running = subprocess.Popen(
        [STOCKCAST, *arguments],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, give_up, send_at = b"", time.monotonic() + 300, 0.0
    while time.monotonic() < give_up:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                read = os.read(ours, 65536)
            except OSError:  # Linux raises this if the other end is closed
                break
            if not read:
                break
            shown += read
        if then and until in shown and time.monotonic() > send_at:
            running.send_signal(then)
            send_at = time.monotonic() + SEND_AGAIN_S
    os.close(ours)
    return running.wait(300), shown
