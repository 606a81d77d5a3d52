"""Where a command prints what people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.printing.canvas import Glyphs, Span, glyphs_for

if TYPE_CHECKING:
    from rich.console import Console

MOST_WIDTH = 100
PLOT_HEIGHT = 14


def standard_output() -> Console:
    """Prints texts as they are: brackets in a provider's words are no markup."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def plot_size(console: Console) -> tuple[int, int, Glyphs]:
    """Width, height and characters of a plot on `console`."""
    return min(console.width, MOST_WIDTH), PLOT_HEIGHT, glyphs_for(console.encoding)


def print_text(console: Console, text: str, style: str = "") -> None:
    """A paragraph: wrapped in a terminal, and on one line where another program reads it."""
    console.print(text, style=style, soft_wrap=not console.is_terminal)


def print_rows(console: Console, rows: list[list[Span]]) -> None:
    """Rows of spans, neither wrapped nor cropped."""
    from rich.text import Text

    for row in rows:
        console.print(Text.assemble(*((span.text, span.style) for span in row)), soft_wrap=True)
