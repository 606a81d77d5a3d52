"""The chart of a result as a PNG."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from functions.common.money import Money
from functions.forecast.models.prediction import INTERVALS

WIDTH_IN, HEIGHT_IN, DPI = 10.0, 5.6, 100
RIBBON = {95: "#d6e4f5", 80: "#a9c8ea", 50: "#6fa3da"}
SHOWN_HORIZONS = 6
LEAST_SHOWN_DAYS = 252


def draw(result: Mapping[str, Any]) -> bytes:
    """The PNG (1000 by 560 pixels) of a result document (`functions.forecast.result.answer`).

    Observations, the modelled line, and the 50, 80 and 95% intervals. Of the history as much is
    shown as leaves the forecast readable.
    """
    history, forecast = result["history"], result["forecast"]
    shown = slice(-max(LEAST_SHOWN_DAYS, SHOWN_HORIZONS * len(forecast["dates"])), None)
    past = np.array(history["dates"][shown], dtype="datetime64[D]")
    # The future is joined to the last observation, so that the ribbon opens from it.
    future = np.array([result["last_date"], *forecast["dates"]], dtype="datetime64[D]")
    last = result["last_price"]

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for percent in sorted(INTERVALS, reverse=True):
        low, high = [last, *forecast[f"lo{percent}"]], [last, *forecast[f"hi{percent}"]]
        axes.fill_between(
            future, low, high, color=RIBBON[percent], linewidth=0, label=f"{percent}% interval"
        )
    fitted = np.array(history["fitted"][shown], dtype=np.float64)
    axes.plot(past, fitted, color="#d1731d", linewidth=1.2, label="model")
    axes.plot(future[1:], forecast["mean"], color="#d1731d", linewidth=1.6)
    axes.plot(past, history["close"][shown], color="#1d2733", linewidth=1.0, label="adjusted close")
    axes.axvline(future[0], color="#7a8594", linewidth=0.8, linestyle=":")
    axes.set_title(_title(result), loc="left")
    axes.set_xlabel("date")
    axes.set_ylabel(", ".join(filter(None, ("adjusted close", Money.of(result).unit))))
    axes.xaxis.set_major_formatter(ConciseDateFormatter(_locator(axes)))
    axes.grid(visible=True, color="#e3e7ec", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_ylim(bottom=max(0.0, axes.get_ylim()[0]))
    axes.margins(x=0.01)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, ncols=5, borderaxespad=0.2
    )
    out = io.BytesIO()
    canvas.print_png(out, metadata={"Software": "Stockcast"})
    return out.getvalue()


def _locator(axes: Any) -> AutoDateLocator:
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    return locator


def _title(result: Mapping[str, Any]) -> str:
    days = result["days"]
    unit = "day" if days == 1 else "days"
    return f"{result['symbol']}: {days} {unit} after {result['last_date']} ({result['model']})"
