"""Shows on stderr how a request gets on, while somebody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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
    """What is to be told each status; nothing is shown where no terminal is."""
    order = list(STAGES)
    with _bar(f"{subject}: asking", len(order) - 1) as show:
        yield lambda status: show(order.index(status), f"{subject}: {STAGES[status]}")


@contextmanager
def batch_progress(count: int) -> Iterator[Callable[[dict[str, Any]], None]]:
    """What is to be told each document of a batch of `count` symbols."""
    with _bar("handing over", count) as show:

        def heed(document: dict[str, Any]) -> None:
            counts = document["counts"]
            ended = counts["done"] + counts["failed"]
            show(ended, f"{ended} of {document['total']}, {counts['failed']} failed")

        yield heed


@contextmanager
def _bar(description: str, total: int) -> Iterator[Callable[[int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(description, total=total)
        yield lambda reached, told: bar.update(task, completed=reached, description=told)
