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
    """Show the progress of one request. Call the yielded function with each status."""
    order = list(STAGES)
    with bar(f"{subject}: asking", len(order) - 1) as show:

        def on_status(status: str) -> None:
            if status in STAGES:  # other versions of Stockcast may have more statuses
                show(order.index(status), f"{subject}: {STAGES[status]}")

        yield on_status


@contextmanager
def batch_progress(count: int) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Show the progress of a batch of `count` symbols. Call the yielded function with documents."""
    with bar("submitting", count) as show:

        def on_progress(document: dict[str, Any]) -> None:
            counts = document["counts"]
            ended = counts["done"] + counts["failed"]
            show(ended, f"{ended} of {document['total']}, {counts['failed']} failed")

        yield on_progress


@contextmanager
def bar(description: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Show a progress bar and remove it at the end.

    Call the yielded function with the amount done so far (of `total`) and a description.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task(description, total=total)
        yield lambda reached, text: shown.update(task, completed=reached, description=text)
