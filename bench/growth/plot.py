"""Draws the curves of cost against work, one small plot for each.

python -m bench.growth.plot draws the last measured ones again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from bench.growth.curve import Curve
from bench.report.figures import PAGE, RESULTS

INK, LINE, FAINT = "#222222", "#1f5fa8", "#dddddd"
COLUMNS = 3


def draw(curves: Sequence[Curve], path: Path) -> None:
    """Write the plot to `path` as PNG."""
    rows = -(-len(curves) // COLUMNS)
    figure = Figure(figsize=(4.0 * COLUMNS, 3.0 * rows), dpi=130, facecolor="white")
    FigureCanvasAgg(figure)
    for number, curve in enumerate(curves, 1):
        axes = figure.add_subplot(rows, COLUMNS, number)
        work, cost = zip(*curve.points, strict=True)
        axes.plot(work, cost, color=LINE, marker="o", markersize=4, linewidth=1.5)
        axes.set_xscale("log")
        axes.set_xticks(work, [f"{one:,.0f}" for one in work], rotation=30, fontsize=8)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_ylim(0, max(cost) * 1.2)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.tick_params(colors=INK, labelsize=8)
        axes.grid(axis="y", color=FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.set_title(f"{curve.cost}\nslope {curve.slope:+.2f}", fontsize=9, color=INK, loc="left")
        axes.set_xlabel(curve.work, fontsize=9, color=INK)
    figure.tight_layout()
    figure.savefig(path, facecolor="white", metadata={"Software": None})


def measured() -> list[Curve]:
    """The curves of the last complete run."""
    found = json.loads((RESULTS / "growth.json").read_text(encoding="utf-8"))
    return [Curve(**curve) for curve in found["details"].values()]


if __name__ == "__main__":
    draw(measured(), PAGE.parent / "growth.png")
