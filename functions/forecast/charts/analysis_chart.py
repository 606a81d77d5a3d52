"""Draws the chart of an analysis: its panels, one above the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import EngFormatter, FuncFormatter, MaxNLocator

from functions.common.messages.charts import DEFAULT, Variant
from functions.common.money import Money
from functions.forecast.charts import words
from functions.forecast.charts.dates import ROOM, label_dates
from functions.forecast.charts.figure import (
    AXIS_GAP,
    MARGIN,
    SMALL_PT,
    WIDTH,
    Frame,
    Label,
    frame,
    line_height,
)
from functions.forecast.charts.look import Theme

PANEL_HEIGHT = 300.0
TITLE_ROOM, PANEL_GAP = 30.0, 22.0
TITLE_PT = 10.0
MOST_LABEL_WIDTH = 190.0
BAND_OPACITY = 0.18
TITLES = {
    "history": "price history",
    "buy_and_hold": "buy and hold",
    "components": "trend and seasons, as Prophet sees them",
    "predict_future": "the next days, as Prophet sees them",
    "evaluate": "Prophet's prediction and what happened",
    "changepoints": "turns of the trend",
    "prior_analysis": "changepoint priors compared",
    "prior_validation": "changepoint priors tested",
}
UNITS = {"shares": "shares", "index": "0 to 100", "correlation": "correlation"}
"""The text beside a panel's title. The axis shows the other units."""


def draw(result: Mapping[str, Any], variant: Variant = DEFAULT) -> bytes:
    """Draw the chart of an analysis' result (`functions.forecast.analyses.answer`)."""
    return composed(result, variant).encoded(variant)


def composed(result: Mapping[str, Any], variant: Variant) -> Frame:
    """Compose the panels below the analysis' message."""
    panels = result["panels"]
    heights = [_height(panel) for panel in panels]
    made = frame(
        variant,
        f"{words.titled(result)}: {TITLES[result['kind']]}",
        [str(result.get("message", ""))],
        words.below(result),
        plot_height=sum(heights) + PANEL_GAP * (len(panels) - 1),
    )
    money = Money.of(result)
    colors = [_colors(panel["lines"], made.theme) for panel in panels]
    labels = [_labels(made, *one) for one in zip(panels, colors, strict=True)]
    right = WIDTH - MARGIN - max(made.labels_width(ends) for ends in labels)
    tops = [made.top - sum(heights[:n]) - n * PANEL_GAP for n in range(len(panels))]
    plots = []
    for panel, color, height, top in zip(panels, colors, heights, tops, strict=True):
        axes = made.axes(MARGIN, top - height + ROOM, right, top - TITLE_ROOM)
        _draw_panel(made, axes, panel, color)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(_formatter(panel["unit"], money))
        axes.set_ylim(axes.get_ylim())
        plots.append(axes)
    # Align the left and right edges of all plots.
    left = MARGIN + AXIS_GAP + max(made.ticks_width(axes) for axes in plots)
    for axes, panel, ends, top in zip(plots, panels, labels, tops, strict=True):
        made.align_left(axes, left)
        _label_below(made, axes, panel)
        made.label_ends(axes, ends)
        _title(made, panel, left, top)
    return made


def _height(panel: Mapping[str, Any]) -> float:
    labels = (len(panel["lines"]) + len(panel["bands"]) + 1) * line_height(SMALL_PT)
    return max(PANEL_HEIGHT, labels + TITLE_ROOM + ROOM)


def _x(panel: Mapping[str, Any]) -> Any:
    return np.array(panel["x"], dtype="datetime64[D]" if _is_dated(panel) else np.float64)


def _is_dated(panel: Mapping[str, Any]) -> bool:
    return bool(panel["x_label"] == "date")


def _draw_panel(
    made: Frame, axes: Any, panel: Mapping[str, Any], colors: Mapping[str, str]
) -> None:
    x, marker = _x(panel), None if _is_dated(panel) else "o"
    for band in panel["bands"]:
        low, high = (np.array(band[side], dtype=np.float64) for side in ("low", "high"))
        color = colors.get(band["name"]) or _role_color(band["role"], made.theme)
        axes.fill_between(x, low, high, color=color, alpha=BAND_OPACITY, linewidth=0)
    for line in panel["lines"]:
        values = np.array(line["values"], dtype=np.float64)
        color = colors[line["name"]]
        axes.plot(x, values, color=color, linewidth=1.3, marker=marker, markersize=4)
        known = np.flatnonzero(np.isfinite(values))
        if len(known) and known[-1] < len(x) - 1:  # dotted line to its label
            end = known[-1]
            axes.plot(x[[end, -1]], values[[end, end]], color=color, linewidth=0.7, linestyle=":")
    for mark in panel["marks"]:
        color = _turn_color(mark["up"], made.theme)
        axes.axvline(np.datetime64(mark["date"]), color=color, linewidth=1.0, linestyle=(0, (3, 2)))


def _label_below(made: Frame, axes: Any, panel: Mapping[str, Any]) -> None:
    x = _x(panel)
    if _is_dated(panel):
        label_dates(made, axes, x[0], x[-1])
        return
    axes.margins(x=0.02)
    axes.autoscale(axis="x")
    axes.set_xlabel(panel["x_label"], fontsize=SMALL_PT, color=made.theme.faint)


def _labels(made: Frame, panel: Mapping[str, Any], colors: Mapping[str, str]) -> list[Label]:
    labels = [
        Label(end, _shortened(made, line["name"]), colors[line["name"]])
        for line in panel["lines"]
        if (end := _last(line["values"])) is not None
    ]
    for band in panel["bands"]:
        high = _last(band["high"])
        if band["name"] not in colors and high is not None:
            color = _role_color(band["role"], made.theme)
            labels.append(Label(high, _shortened(made, band["name"]), color))
    return labels


def _shortened(made: Frame, text: str) -> str:
    shown = text
    while made.width_of(shown, SMALL_PT) > MOST_LABEL_WIDTH:
        text = text[:-1]
        shown = f"{text.rstrip()}…"
    return shown


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _title(made: Frame, panel: Mapping[str, Any], left: float, top: float) -> None:
    """Write the panel's title, its unit, and the meaning of its dashed lines."""
    texts = [(panel["title"], made.theme.ink, True)]
    if panel["unit"] in UNITS:
        texts.append((UNITS[panel["unit"]], made.theme.faint, False))
    for up, text in ((True, "┆ turns up"), (False, "┆ turns down")):
        if any(mark["up"] is up for mark in panel["marks"]):
            texts.append((text, _turn_color(up, made.theme), True))
    made.write_row(left, top, texts, TITLE_PT)


def _formatter(unit: str, money: Money) -> Any:
    if unit == "shares":
        return EngFormatter(sep="")
    plain = "{:g}".format
    formats = {"percent": "{:,g}%".format, "index": plain, "correlation": plain}
    label = formats.get(unit, money.label)
    return FuncFormatter(lambda value, _: label(round(value, 10)))


def _colors(lines: Sequence[Mapping[str, Any]], theme: Theme) -> dict[str, str]:
    """The color of each line: by its role, or the next of the series colors."""
    others = iter(theme.series * (1 + len(lines) // len(theme.series)))
    return {line["name"]: _role_color(line["role"], theme) or next(others) for line in lines}


def _role_color(role: str, theme: Theme) -> str:
    known = {"actual": theme.ink, "model": theme.series[1], "strategy": theme.series[0]}
    return known.get(role, "")


def _turn_color(up: bool, theme: Theme) -> str:  # noqa: FBT001 - of a mark, as it is stored
    return theme.series[2] if up else theme.series[4]
