"""Restarts a function when its code changes (`stockcast up --reload`)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from local.stack import FUNCTIONS, ROOT, Stack

CODE = ROOT / "functions"


def watch(stack: Stack, tell: Callable[[str], None], ended: threading.Event) -> None:
    """Restart the functions whose code changes, until `ended`. For the page, reload the browser."""
    from watchfiles import PythonFilter
    from watchfiles import watch as changes_in

    for changes in changes_in(CODE, watch_filter=PythonFilter(), stop_event=ended):
        for name in affected(Path(path) for _, path in changes):
            tell(f"{name} changed")
            stack.process(name).stop()  # the stack restarts every process that ends


def affected(changed: Iterable[Path]) -> list[str]:
    """The functions to restart. After a change in `functions/common`, that is all of them."""
    folders = {path.relative_to(CODE).parts[0] for path in changed}
    return [name for name in FUNCTIONS if name in folders or folders - set(FUNCTIONS)]
