"""Draws the chart of a forecast: the price so far, and a ribbon with its possible future."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter

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
from functions.forecast.models.prediction import INTERVALS

HEIGHT, LEAST_PLOT_HEIGHT = 560.0, 330.0
SHOWN_HORIZONS = 6
LEAST_SHOWN_DAYS = 252
HEADROOM = 0.06
NAMED = 80
"""The interval that the message names."""
MODELS = {"calibrated": "Calibrated model", "prophet": "Prophet model"}


def draw(result: Mapping[str, Any], variant: Variant = DEFAULT) -> bytes:
    """Draw the chart of a result document (`functions.forecast.result.answer`)."""
    return composed(result, variant).encoded(variant)


def composed(result: Mapping[str, Any], variant: Variant) -> Frame:
    """Compose the prices, and the 50, 80 and 95% ranges.

    It limits the history so that the forecast stays readable.
    """
    days = result["days"]
    made = frame(
        variant,
        f"{words.titled(result)}: the next {days} {'day' if days == 1 else 'days'}",
        _finding(result),
        words.below(result),
        plot_height=LEAST_PLOT_HEIGHT,
        least_height=HEIGHT,
    )
    history, forecast = result["history"], result["forecast"]
    shown = slice(-max(LEAST_SHOWN_DAYS, SHOWN_HORIZONS * len(forecast["dates"])), None)
    past = np.array(history["dates"][shown], dtype="datetime64[D]")
    close = np.array(history["close"][shown], dtype=np.float64)
    # The future starts with the last price, so that the ribbon opens from it.
    future = np.array([result["last_date"], *forecast["dates"]], dtype="datetime64[D]")
    money = Money.of(result)
    labels = _labels(result, made, money)

    right = WIDTH - MARGIN - made.labels_width(labels)
    axes = made.axes(MARGIN, made.bottom + ROOM, right, made.top - 2 * line_height(SMALL_PT))
    _draw_ribbon(axes, made, result, future)
    if result["model"] == "prophet":
        fitted = np.array(history["fitted"][shown], dtype=np.float64)
        axes.plot(past, fitted, color=made.theme.series[1], linewidth=1.0, alpha=0.8)
    axes.plot(past, close, color=made.theme.ink, linewidth=1.1)
    axes.plot(future[:1], [result["last_price"]], "o", color=made.theme.ink, markersize=4)
    axes.axvline(future[0], color=made.theme.faint, linewidth=0.8, linestyle=(0, (1, 2)))

    low, high = _limits(close, result)
    axes.set_ylim(low, high)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: money.label(value)))
    made.align_left(axes, MARGIN + made.ticks_width(axes) + AXIS_GAP)
    label_dates(made, axes, past[0], future[-1])
    made.label_ends(axes, labels)
    _label_above(made, axes, result, money)
    return made


def _finding(result: Mapping[str, Any]) -> list[str]:
    """The message and, if the model's range is too narrow, the range that its record requires."""
    widened = (result.get("backtest") or {}).get("widened80")
    if not widened:
        return [str(result["message"])]
    low, high = map(Money.of(result), widened)
    wide = f"Widened to match past errors, the 80% range is {low} to {high}."
    return [str(result["message"]), wide]


def _labels(result: Mapping[str, Any], made: Frame, money: Money) -> list[Label]:
    theme, forecast = made.theme, result["forecast"]

    def bound(side: str, percent: int) -> Label:
        price, is_named = forecast[f"{side}{percent}"][-1], percent == NAMED
        text = f"{money(price)}  {percent}%"
        return Label(price, text, theme.ink if is_named else theme.faint, bold=is_named)

    middle = forecast["mean"][-1]
    centre = Label(middle, f"{money(middle)}  middle", theme.accent, bold=True)
    narrowest_first = sorted(INTERVALS)
    below = [bound("lo", percent) for percent in reversed(narrowest_first)]
    return [*below, centre, *(bound("hi", percent) for percent in narrowest_first)]


def _draw_ribbon(axes: Any, made: Frame, result: Mapping[str, Any], future: Any) -> None:
    forecast, last = result["forecast"], result["last_price"]
    for percent in sorted(INTERVALS, reverse=True):
        low, high = [last, *forecast[f"lo{percent}"]], [last, *forecast[f"hi{percent}"]]
        axes.fill_between(
            *(future, low, high),
            color=made.theme.accent,
            alpha=made.theme.ribbon[percent],
            linewidth=0,
        )
    axes.plot(future, [last, *forecast["mean"]], color=made.theme.accent, linewidth=1.6)


def _limits(close: Any, result: Mapping[str, Any]) -> tuple[float, float]:
    """The lowest and highest value with some room around them, never below zero."""
    forecast = result["forecast"]
    low = min(np.nanmin(close), *forecast["lo95"])
    high = max(np.nanmax(close), *forecast["hi95"])
    room = HEADROOM * (high - low or high)
    return max(0.0, low - room), high + room


def _label_above(made: Frame, axes: Any, result: Mapping[str, Any], money: Money) -> None:
    """Name the parts of the plot above it: the price until today, and the model's ranges."""
    last, target = words.day(result["last_date"]), words.day(result["target_date"])
    texts = [(f"Price until {last}: {money(result['last_price'])}", made.theme.ink, True)]
    if result["model"] == "prophet":
        texts.append(("Prophet's curve", made.theme.series[1], True))
    model = MODELS.get(result["model"], result["model"])
    ranges = f"{model}: 50, 80 and 95% ranges until {target}"
    texts.append((ranges, made.theme.accent, True))
    made.write_row(axes.get_position().x0 * WIDTH, made.top, texts, SMALL_PT)
