"""The chart of an analysis as a PNG: its panels, one above the other."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from functions.common.money import Money

WIDTH_IN, PANEL_IN, TITLE_IN, DPI = 10.0, 3.6, 0.6, 100
COLOURS = {"actual": "#1d2733", "model": "#d1731d", "strategy": "#1558a8"}
OTHERS = ("#1558a8", "#d1731d", "#2a8553", "#8a4fa3", "#a61b1b", "#566273")
TURNS = {"up": (True, "#2a8553"), "down": (False, "#a61b1b")}
MOST_IN_A_ROW = 5
UNITS = {
    "percent": "%",
    "shares": "shares",
    "index": "0 to 100",
    "correlation": "correlation",
}


def draw(result: Mapping[str, Any]) -> bytes:
    """The PNG, 1000 pixels wide, of an analysis' result (`functions.forecast.analyses.answer`)."""
    panels = result["panels"]
    height = TITLE_IN + PANEL_IN * len(panels)
    figure = Figure(figsize=(WIDTH_IN, height), dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    figure.suptitle(f"{result['symbol']}: {result['kind'].replace('_', ' ')}", x=0.01, ha="left")
    for axes, panel in zip(
        figure.subplots(len(panels), 1, squeeze=False)[:, 0], panels, strict=True
    ):
        _draw_panel(axes, panel, Money.of(result))
    out = io.BytesIO()
    canvas.print_png(out, metadata={"Software": "Stockcast"})
    return out.getvalue()


def _draw_panel(axes: Any, panel: Mapping[str, Any], money: Money) -> None:
    is_dated = panel["x_label"] == "date"
    x = np.array(panel["x"], dtype="datetime64[D]" if is_dated else np.float64)
    lines = panel["lines"]
    colours = {line["name"]: colour for line, colour in zip(lines, _colours(lines), strict=True)}
    for band in panel["bands"]:
        low, high = (np.array(band[side], dtype=np.float64) for side in ("low", "high"))
        # A band of its line's name needs no mention beside it.
        label, colour = (
            (None, colours[band["name"]])
            if band["name"] in colours
            else (band["name"], COLOURS[band["role"]])
        )
        axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0, label=label)
    for line in lines:
        axes.plot(
            x,
            np.array(line["values"], dtype=np.float64),
            color=colours[line["name"]],
            linewidth=1.2,
            marker=None if is_dated else "o",
            label=line["name"],
        )
    for direction, (is_up, colour) in TURNS.items():
        days = [np.datetime64(mark["date"]) for mark in panel["marks"] if mark["up"] is is_up]
        for place, day in enumerate(days):
            label = None if place else f"turns {direction}"
            axes.axvline(day, color=colour, linewidth=1.0, linestyle="--", label=label)
    # What a person uploaded may be named in a title; no dollar sign in it begins a formula.
    axes.set_title(panel["title"], loc="left", fontsize=10, parse_math=False)
    axes.set_xlabel(panel["x_label"])
    axes.set_ylabel(UNITS.get(panel["unit"], money.unit))
    axes.yaxis.set_major_formatter(EngFormatter(sep="") if panel["unit"] == "shares" else "{x:,g}")
    if is_dated:
        locator = AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.grid(visible=True, color="#e3e7ec", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    _add_legend(axes)


def _add_legend(axes: Any) -> None:
    """Beside the title, in two rows where there is much; none where there is one thing."""
    count = len(axes.get_legend_handles_labels()[1])
    if count > 1:
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            frameon=False,
            ncols=count if count <= MOST_IN_A_ROW else (count + 1) // 2,
            borderaxespad=0.2,
        )


def _colours(lines: list[Mapping[str, Any]]) -> list[str]:
    others = iter(OTHERS * (1 + len(lines) // len(OTHERS)))
    return [COLOURS.get(line["role"]) or next(others) for line in lines]
