"""Runs `stockcast` from a script, and in a terminal like a person."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

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


IN_TURN = """
import json, sys
from cli.main import main
for arguments in json.loads(sys.argv[1]):
    assert main(arguments) == 0
    sys.stdout.flush()
    sys.stdout.buffer.write(bytes(1))
"""


def run_in_turn(commands):
    """What each command prints, all in one process, which imports the models once."""
    argv = [sys.executable, "-c", IN_TURN, json.dumps(commands)]
    ran = subprocess.run(argv, capture_output=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split(bytes(1))[:-1]


def assert_same_answer(alone, served):
    """Compares the documents of a question that was answered without a stack and with one."""
    assert alone.keys() == served.keys()
    for document in (alone, served):
        for differs in ("s3_key", "etag", "fetched_at"):
            del document["result"]["data"][differs]
    assert alone["result"] == served["result"]


def at_a_terminal(*arguments, url, until, then=None):
    """What a terminal shows until `until` is in it; `then` is the signal sent after that."""
    # A terminal's programs do not ignore Ctrl-C, as those in the background of a script do.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "STOCKCAST_URL": url}
    environment |= {"TERM": "xterm", "COLUMNS": "70", "LINES": "30"}
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
    shown, give_up, sent = b"", time.monotonic() + 300, False
    while time.monotonic() < give_up:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                read = os.read(ours, 65536)
            except OSError:  # Linux raises this if the other end is closed
                break
            if not read:
                break
            shown += read
        if not sent and until in shown and then:
            running.send_signal(then)
            sent = True
    os.close(ours)
    return running.wait(300), shown
