"""Shows the progress of a request on stderr, if stderr is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STAGES = {
    "queued": "waiting for a free worker",
    "ingesting": "fetching prices",
    "forecasting": "computing",
    "backtesting": "testing the model on the past",
    "done": "done",
    "failed": "stopped",
}


@contextmanager
def progress(subject: str) -> Iterator[Callable[[str], None]]:
    """What is to be told each status of a request."""
    order = list(STAGES)
    with bar(f"{subject}: asking", len(order) - 1) as show:

        def tell(status: str) -> None:
            if status in STAGES:  # a Stockcast of another version may have more
                show(order.index(status), f"{subject}: {STAGES[status]}")

        yield tell


@contextmanager
def batch_progress(count: int) -> Iterator[Callable[[dict[str, Any]], None]]:
    """What is to be told each document of a batch of `count` symbols."""
    with bar("handing over", count) as show:

        def heed(document: dict[str, Any]) -> None:
            counts = document["counts"]
            ended = counts["done"] + counts["failed"]
            show(ended, f"{ended} of {document['total']}, {counts['failed']} failed")

        yield heed


@contextmanager
def bar(description: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """What is to be told how much of `total` is done, and a description; gone at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task(description, total=total)
        yield lambda reached, told: shown.update(task, completed=reached, description=told)
