"""Shows on stderr how a request gets on, while somebody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

STAGES = {
    "queued": "waiting for a free worker",
    "ingesting": "fetching prices",
    "forecasting": "computing",
    "backtesting": "holding the model against the past",
    "done": "done",
    "failed": "stopped",
}


@contextmanager
def progress(subject: str) -> Iterator[Callable[[str], None]]:
    """What is to be told each status; the bar is gone at the end. Nothing where no terminal is."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(f"{subject}: asking", total=len(STAGES) - 1)
        order = list(STAGES)

        def tell(status: str) -> None:
            if status in STAGES:
                reached = order.index(status)
                bar.update(task, completed=reached, description=f"{subject}: {STAGES[status]}")

        yield tell
