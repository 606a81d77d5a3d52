"""Draws the reliability plot: the distribution of the probability integral transform.

For each quantile level, it shows the share of outcomes at or below the quantile (Gneiting,
Balabdaoui and Raftery 2007, section 3.1). On the diagonal, an outcome with a forecast probability
of 10% happened in 10 of 100 cases.
"""

from __future__ import annotations

from pathlib import Path

from evaluation.summary import Summary
from functions.forecast.scoring.scores import WIS_LEVELS

COLOURS = ("#8a8f98", "#0f7b6c", "#c2571a", "#5b4bb7", "#a8325e")


def draw(summary: Summary, target: Path) -> None:
    """Write a PNG to `target`, with one panel for each horizon."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    horizons = sorted({row.horizon for row in summary.rows})
    figure = Figure(figsize=(3.4 * len(horizons), 3.7), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(horizons), sharey=True, squeeze=False)[0]
    for panel, horizon in zip(panels, horizons, strict=True):
        panel.plot((0, 1), (0, 1), color="#c9ccd1", linewidth=1)
        rows = [row for row in summary.rows if row.horizon == horizon]
        for place, row in enumerate(rows):
            colour = COLOURS[place % len(COLOURS)]
            panel.plot(WIS_LEVELS, row.below, ".-", color=colour, linewidth=1.2, label=row.model)
        panel.set(
            title=f"1 to {horizon} trading days" if horizon > 1 else "1 trading day",
            xlabel="forecast probability",
            xlim=(0, 1),
            ylim=(0, 1),
            aspect="equal",
        )
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("share of outcomes below")
    panels[0].legend(frameon=False, loc="upper left")
    figure.savefig(target, format="png", dpi=110, metadata={"Software": None})
