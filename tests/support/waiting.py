"""Waiting for a condition. The limit only catches a hang."""

import time

HANG_S = 300


def until(read, holds=bool, *, pause_s=0.05):
    """Call `read` until `holds` is true of what it returns, and return that."""
    give_up = time.monotonic() + HANG_S
    while not holds(last := read()):
        assert time.monotonic() < give_up, f"the last: {last}"
        time.sleep(pause_s)
    return last


def has_ended(document):
    """Whether the request of this document is done or failed."""
    return document.get("status") in {"done", "failed"}
