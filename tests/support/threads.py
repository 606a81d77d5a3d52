"""Calls that happen at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor


def at_once(call, given):
    """What `call` returns for each of `given`, called by a thread each. Raises what it raises."""
    given = list(given)
    all_are_there = threading.Barrier(len(given))

    def called(one):
        all_are_there.wait()
        return call(one)

    with ThreadPoolExecutor(len(given)) as threads:
        return list(threads.map(called, given))
