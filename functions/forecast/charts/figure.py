"""The frame of every chart: title and finding on top, source and disclaimer below, labels beside.

All positions are pixels from the lower left corner of a picture that is 1000 pixels wide.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from functions.common.messages.charts import Variant
from functions.forecast.charts.look import DPI, THEMES, Theme

WIDTH = 1000.0
MARGIN = 24.0
TITLE_PT, FINDING_PT, SMALL_PT = 15.0, 10.5, 8.5
LINE = 1.45
"""The height of a line of text, as a multiple of its font size."""
GAP = 14.0
AXIS_GAP = 8.0
LABEL_GAP = 10.0
MOST_TITLE_LINES = 3

# A dollar sign in a name does not start a formula. An SVG's ids depend only on its content.
mpl.rcParams["text.parse_math"] = False
mpl.rcParams["svg.hashsalt"] = "stockcast"


@dataclass(frozen=True)
class Label:
    """A text beside the right end of a line, as near to the height `y` (data) as possible."""

    y: float
    text: str
    color: str
    bold: bool = False


@dataclass
class Frame:
    """A figure with its texts. `top` and `bottom` bound the room for the plots, in pixels."""

    figure: Figure
    theme: Theme
    height: float
    top: float
    bottom: float
    _renderer: Any = field(repr=False)

    def width_of(self, text: str, points: float, *, bold: bool = False) -> float:
        font = FontProperties(size=points, weight="bold" if bold else "normal")
        width, _, _ = self._renderer.get_text_width_height_descent(text, font, False)
        return float(width)

    def wrapped(self, text: str, points: float, width: float, *, bold: bool = False) -> list[str]:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.width_of(longer, points, bold=bold) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def write(
        self, x: float, y: float, text: str, points: float, color: str, **kwargs: Any
    ) -> None:
        """Write one line whose baseline starts at (x, y)."""
        at = (x / WIDTH, y / self.height)
        self.figure.text(*at, text, fontsize=points, color=color, **kwargs)

    def write_row(
        self, x: float, y: float, texts: Iterable[tuple[str, str, bool]], points: float
    ) -> None:
        """Write texts with a color, bold or not, beside each other. Their tops are at `y`."""
        for text, color, bold in texts:
            weight = "bold" if bold else "normal"
            self.write(x, y, text, points, color, fontweight=weight, verticalalignment="top")
            x += self.width_of(text, points, bold=bold) + 2 * AXIS_GAP

    def axes(self, left: float, bottom: float, right: float, top: float) -> Any:
        """Add a plot between these edges, with horizontal grid lines only."""
        place = (left / WIDTH, bottom / self.height)
        axes = self.figure.add_axes((*place, (right - left) / WIDTH, (top - bottom) / self.height))
        axes.set_facecolor("none")
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(self.theme.line)
        axes.tick_params(
            colors=self.theme.faint, labelsize=SMALL_PT, length=0, pad=AXIS_GAP * 72 / DPI
        )
        axes.grid(visible=True, axis="y", color=self.theme.grid, linewidth=1.0)
        axes.set_axisbelow(True)
        axes.margins(x=0)
        return axes

    def ticks_width(self, axes: Any) -> float:
        """The width of the y axis' labels. Set the limits of the axis first."""
        ticks = axes.yaxis.get_major_locator().tick_values(*axes.get_ylim())
        texts = axes.yaxis.get_major_formatter().format_ticks(ticks)
        return max(self.width_of(text, SMALL_PT) for text in texts)

    def align_left(self, axes: Any, left: float) -> None:
        """Move the left edge of a plot, but not its right edge."""
        box = axes.get_position()
        axes.set_position((left / WIDTH, box.y0, box.x1 - left / WIDTH, box.y1 - box.y0))

    def label_ends(self, axes: Any, labels: Sequence[Label]) -> None:
        """Write the labels beside the plot's right edge, near their heights, without overlaps."""
        ordered = sorted(labels, key=lambda label: label.y)
        box = axes.get_position()
        right = box.x1 * WIDTH
        heights = [axes.transData.transform((0, label.y))[1] for label in ordered]
        low, high = box.y0 * self.height, box.y1 * self.height
        height = line_height(SMALL_PT)
        heights = [min(max(one, low), high) for one in heights]
        for label, was, y in zip(ordered, heights, spread(heights, height, low, high), strict=True):
            x, heights_of = np.array([right + 2, right + LABEL_GAP - 2]), np.array([was, y])
            ends = (x / WIDTH, heights_of / self.height)
            self.figure.add_artist(mpl.lines.Line2D(*ends, color=label.color, linewidth=0.8))
            weight = "bold" if label.bold else "normal"
            style = {"fontweight": weight, "verticalalignment": "center"}
            self.write(right + LABEL_GAP, y, label.text, SMALL_PT, label.color, **style)

    def labels_width(self, labels: Sequence[Label]) -> float:
        widths = [self.width_of(label.text, SMALL_PT, bold=label.bold) for label in labels]
        return LABEL_GAP + max(widths, default=0.0)

    def encoded(self, variant: Variant) -> bytes:
        out = io.BytesIO()
        if variant.format == "svg":
            FigureCanvasSVG(self.figure).print_svg(
                out, metadata={"Creator": "Stockcast", "Date": None}
            )
        else:
            self.figure.set_dpi(DPI * variant.scale)
            FigureCanvasAgg(self.figure).print_png(out, metadata={"Software": "Stockcast"})
        return out.getvalue()


def line_height(points: float) -> float:
    return points * LINE * DPI / 72


def frame(
    variant: Variant,
    title: str,
    finding: Sequence[str],
    below: Sequence[str],
    *,
    plot_height: float,
    least_height: float = 0.0,
) -> Frame:
    """Create a figure as high as its texts and `plot_height` need, at least `least_height`.

    `finding` are the sentences below the title, `below` those below the plots. Each starts a new
    line.
    """
    theme = THEMES[variant.theme]
    figure = Figure(figsize=(WIDTH / DPI, 1.0), dpi=DPI, facecolor=theme.paper)
    renderer = FigureCanvasAgg(figure).get_renderer()
    made = Frame(figure, theme, 0.0, 0.0, 0.0, renderer)
    room = WIDTH - 2 * MARGIN

    def lines_of(texts: Sequence[str], points: float) -> list[str]:
        return [line for text in texts for line in made.wrapped(text, points, room)]

    titles = made.wrapped(title, TITLE_PT, room, bold=True)[:MOST_TITLE_LINES]
    findings, small = lines_of(finding, FINDING_PT), lines_of(below, SMALL_PT)
    above = [
        *((line, TITLE_PT, theme.ink, "bold") for line in titles),
        *((line, FINDING_PT, theme.ink, "normal") for line in findings),
    ]
    heights = [line_height(points) for _, points, _, _ in above]
    foot = len(small) * line_height(SMALL_PT)
    needed = 2 * MARGIN + sum(heights) + 2 * GAP + plot_height + foot
    made.height = round(max(needed, least_height))
    figure.set_size_inches(WIDTH / DPI, made.height / DPI)
    y = made.height - MARGIN
    for (text, points, color, weight), height in zip(above, heights, strict=True):
        y -= height
        made.write(MARGIN, y + 0.3 * height, text, points, color, fontweight=weight)
    made.top, made.bottom = y - GAP, MARGIN + foot + GAP
    y = MARGIN + foot
    for text in small:
        y -= line_height(SMALL_PT)
        made.write(MARGIN, y + 0.3 * line_height(SMALL_PT), text, SMALL_PT, theme.faint)
    return made


def spread(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """The positions nearest to `wanted` (ascending), `least` apart and within the bounds."""
    places = np.asarray(wanted, dtype=np.float64)
    step = np.arange(len(places)) * min(least, (high - low) / max(1, len(places) - 1))
    # Least squares with a minimum distance: pool close positions, like isotonic regression.
    pools: list[tuple[float, int]] = []
    for one in places - step:
        mean, count = float(one), 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        pools.append((mean, count))
    pooled = np.concatenate([[mean] * count for mean, count in pools]) if pools else places
    return list(np.clip(pooled, low, high - step[-1] if len(step) else high) + step)
