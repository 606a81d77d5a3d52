"""A cost measured for growing work: how fast it grows, and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

INK, LINE, FAINT = "#222222", "#1f5fa8", "#dddddd"
COLUMNS = 3


@dataclass(frozen=True)
class Curve:
    """Points (work, cost), ascending by work. `most` is the goal for the slope."""

    work: str
    cost: str
    points: list[tuple[float, float]]
    most: float

    @property
    def slope(self) -> float:
        """The power of work that the cost grows with: 0 is constant, 1 is proportional.

        It is the least-squares slope of the logarithms.
        """
        work, cost = np.log(np.array(self.points, dtype=float)).T
        return float(np.polyfit(work, cost, 1)[0])

    @property
    def doubling(self) -> float:
        """The change of the cost for twice the work, as a fraction."""
        return float(2.0**self.slope - 1.0)

    @property
    def is_met(self) -> bool:
        return self.slope <= self.most


def draw(curves: Sequence[Curve], path: Path) -> None:
    """Write one small plot for each curve, cost against work, to `path` as PNG."""
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
