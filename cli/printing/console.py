"""The console on which commands print text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.printing.canvas import Glyphs, Span, glyphs_for

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MOST_WIDTH = 100
PLOT_HEIGHT = 14


def standard_output() -> Console:
    """A console that prints text unchanged, so that brackets in it do not count as markup."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def plain_table(**options: Any) -> Table:
    """A table without vertical lines."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE, pad_edge=False, **options)


def plot_size(console: Console) -> tuple[int, int, Glyphs]:
    """Width and height in cells, and the characters, of a plot on `console`."""
    return min(console.width, MOST_WIDTH), PLOT_HEIGHT, glyphs_for(console.encoding)


def print_text(console: Console, text: str, style: str = "") -> None:
    """Print a paragraph: wrapped in a terminal, on one line if another program reads it."""
    console.print(text, style=style, soft_wrap=not console.is_terminal)


def print_rows(console: Console, rows: list[list[Span]]) -> None:
    """Print rows of spans without wrapping or cropping them."""
    from rich.text import Text

    for row in rows:
        console.print(Text.assemble(*row), soft_wrap=True)
