"""Pauses the garbage collector while a function starts, because its modules are not garbage.

An import of this module pauses it. So import it before the function's other modules. Without the
pause, the collector searches them again and again, for a tenth of the start.
"""

from __future__ import annotations

import gc

EVERY = 10_000
"""After how many new objects to search for garbage. Python's default is 700."""

gc.disable()


def resume() -> None:
    """Collect garbage again, but seldom, and never search what exists now.

    A price history is thousands of objects, and none of them is in a cycle.
    """
    gc.freeze()
    gc.set_threshold(EVERY, *gc.get_threshold()[1:])
    gc.enable()
