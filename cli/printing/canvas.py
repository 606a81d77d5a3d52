"""A grid of terminal cells to plot on: lines in Braille dots, shaded bands below them.

Each cell has 2 by 4 dots. Lines and bands differ in shape, so you can tell them apart without
color. If the terminal cannot show Braille, the canvas uses ASCII.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil, floor

DOTS_ACROSS, DOTS_DOWN = 2, 4
MIDDLE = (DOTS_DOWN - 1) / 2
BRAILLE = 0x2800
BIT = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of a dot in a Braille pattern, by row and column."""


@dataclass(frozen=True)
class Glyphs:
    """The characters to plot with: band shades from the widest band to the narrowest."""

    shades: tuple[str, str, str]
    axis: str
    tick: str
    rule: str
    up: str
    down: str
    is_braille: bool


FINE = Glyphs(("░", "▒", "▓"), "│", "┤", "┊", "▲", "▼", is_braille=True)
ASCII = Glyphs((".", ":", "%"), "|", "+", ":", "^", "v", is_braille=False)


def glyphs_for(encoding: str) -> Glyphs:
    """FINE if `encoding` has all its characters, or else ASCII."""
    used = (*FINE.shades, FINE.axis, FINE.tick, FINE.rule, FINE.up, FINE.down, chr(BRAILLE))
    try:
        "".join(used).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return FINE


Span = tuple[str, str]
"""Neighboring characters with the same style, and the style. An empty style means none."""


class Canvas:
    """`width` by `height` cells. Positions are in dots, (0, 0) at the top left."""

    def __init__(self, width: int, height: int, glyphs: Glyphs) -> None:
        self.width, self.height = width, height
        self._glyphs = glyphs
        self._shade: list[list[tuple[str, str]]] = [[(" ", "")] * width for _ in range(height)]
        self._dots: list[list[int]] = [[0] * width for _ in range(height)]
        self._styles: list[list[str]] = [[""] * width for _ in range(height)]
        self._marks: list[list[str]] = [[""] * width for _ in range(height)]

    @property
    def dots_across(self) -> int:
        return self.width * DOTS_ACROSS

    @property
    def dots_down(self) -> int:
        return self.height * DOTS_DOWN

    def rule(self, column: int, style: str) -> None:
        """Draw a vertical line in a column of cells. Everything drawn later covers it."""
        for row in range(self.height):
            self._shade[row][column] = (self._glyphs.rule, style)

    def band(self, column: int, top: float, bottom: float, shade: int, style: str) -> None:
        """Shade the cells of `column` whose middle is between two dots, and at least one cell."""
        first, last = ceil((top - MIDDLE) / DOTS_DOWN), floor((bottom - MIDDLE) / DOTS_DOWN)
        if last < first:
            first = last = min(self.height - 1, int((top + bottom) / 2) // DOTS_DOWN)
        for row in range(first, last + 1):
            self._shade[row][column] = (self._glyphs.shades[shade], style)

    def line(self, points: Sequence[tuple[int, int]], style: str) -> None:
        """Join dots, ascending by x, with a line."""
        for (left, start), (right, end) in pairwise([*points[:1], *points]):
            self._segment(left, start, right, end, style)

    def mark(self, x: int, y: int, text: str, style: str) -> None:
        """Draw one character over the cell of a dot."""
        row, column = y // DOTS_DOWN, x // DOTS_ACROSS
        self._marks[row][column], self._styles[row][column] = text, style

    def rows(self) -> list[list[Span]]:
        """The rows from top to bottom, each split into spans of one style."""
        return [
            [
                ("".join(text for text, _ in cells), style)
                for style, cells in groupby(
                    (self._cell(row, column) for column in range(self.width)), lambda cell: cell[1]
                )
            ]
            for row in range(self.height)
        ]

    def _segment(self, left: int, start: int, right: int, end: int, style: str) -> None:
        """Set every dot on the way, so that a steep line has no gap."""
        steps = max(right - left, abs(end - start), 1)
        for step in range(steps + 1):
            x = left + round(step * (right - left) / steps)
            y = start + round(step * (end - start) / steps)
            row, column = y // DOTS_DOWN, x // DOTS_ACROSS
            self._dots[row][column] |= BIT[y % DOTS_DOWN][x % DOTS_ACROSS]
            self._styles[row][column] = style

    def _cell(self, row: int, column: int) -> tuple[str, str]:
        if self._marks[row][column]:
            return self._marks[row][column], self._styles[row][column]
        dots = self._dots[row][column]
        if dots:
            text = chr(BRAILLE + dots) if self._glyphs.is_braille else "*"
            return text, self._styles[row][column]
        return self._shade[row][column]
