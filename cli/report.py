"""A forecast's result as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cli.canvas import Span, glyphs_for
from cli.terminal_plot import Line, Plot, Ribbon, draw

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MOST_WIDTH = 100
PLOT_HEIGHT = 14
LEAST_SHOWN, SHOWN_HORIZONS = 63, 3
PERCENTS = ("95", "80", "50")
"""The ranges, widest first, as their shades are laid over each other."""
CHANCES = {"50": "1 in 2 (50%)", "80": "4 in 5 (80%)", "95": "19 in 20 (95%)"}


def print_forecast(console: Console, result: Mapping[str, Any], today: date) -> None:
    """The sentence, the table of ranges, the plot, and how far one can trust it."""
    last, chance = dollars(result["last_price"]), chance_of(result["probability_higher"])
    print_text(console, result["message"], "bold")
    print_text(console, f"The chance of a price above the last one, {last}, is {chance}.")
    console.print(_ranges(result))
    print_rows(console, draw(forecast_plot(result), *plot_size(console)))
    console.print()
    print_text(console, result["backtest"]["verdict"])
    for line in provenance(result, today, since=result["history"]["dates"][0]):
        print_text(console, line, "dim")


def _ranges(result: Mapping[str, Any]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column(f"On {result['target_date']}, with a chance of")
    for title in ("from", "to"):
        table.add_column(title, justify="right")
    for percent, chance in CHANCES.items():
        table.add_row(chance, *map(dollars, result["intervals"][percent]))
    return table


def forecast_plot(result: Mapping[str, Any]) -> Plot:
    """As much of the history as leaves the forecast readable, and the ribbons of the forecast."""
    history, forecast = result["history"], result["forecast"]
    ahead = len(forecast["dates"])
    shown = slice(-max(LEAST_SHOWN, SHOWN_HORIZONS * ahead), None)
    dates, close = history["dates"][shown], history["close"][shown]
    gap, last = [None] * (len(dates) - 1), result["last_price"]
    ribbons = [
        Ribbon(
            # They open from the last price.
            [*gap, last, *forecast[f"lo{percent}"]],
            [*gap, last, *forecast[f"hi{percent}"]],
            shade,
            "blue",
        )
        for shade, percent in enumerate(PERCENTS)
    ]
    lines = [
        Line([*close, *[None] * ahead], "bold"),
        Line([*gap, last, *forecast["mean"]], "yellow"),
    ]
    x = [*dates, *forecast["dates"]]
    return Plot(x, lines, ribbons, rule=len(dates) - 1, label=price_label)


def provenance(result: Mapping[str, Any], today: date, *, since: str) -> list[str]:
    """Where the prices are from and how old they are, and what to know before trusting them.

    Jumps of the price before `since` are not told.
    """
    data = result["data"]
    last = data["last_date"]
    age = max(0, (today - date.fromisoformat(last)).days)
    model = f" Model: {result['model']}." if "model" in result else ""
    old = f"{age} {'day' if age == 1 else 'days'} old"
    source = f"{data['rows']} daily prices from {data['provider']}, as of {last} ({old}).{model}"
    lines = [source]
    if data["provider"] == "sample":
        lines.append(f"These are sample prices that end on {last}, not today's.")
    if data["stale"]:
        lines.append("The provider cannot be reached: these are the last prices known.")
    jumps = [day for day in data["jumps"] if day >= since]
    if jumps:
        told = ", ".join(jumps)
        lines.append(f"The price jumped without a split on {told}; check it before you rely on it.")
    return [*lines, "Statistics of the past, no investment advice."]


def dollars(price: float) -> str:
    """`$1,234.56`, `-$0.1235`."""
    text = f"{abs(price):,.2f}" if abs(price) >= 1 else f"{abs(price):.4g}"
    return f"{'-' if price < 0 else ''}${text}"


def chance_of(probability: float | None) -> str:
    """`53%`; empty where nothing is known of it."""
    return "" if probability is None else f"{probability:.0%}"


def price_label(price: float) -> str:
    """A price on an axis, of which only the round ones are shown."""
    return f"{'-' if price < 0 else ''}${abs(price):,.6g}"


def plot_size(console: Console) -> tuple[int, int, Any]:
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
