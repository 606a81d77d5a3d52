"""Prints the result of a forecast in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cli.printing.console import plain_table, plot_size, print_rows, print_text
from cli.printing.doubt import chance_of, is_doubted
from cli.printing.provenance import provenance
from cli.printing.terminal_plot import Line, Plot, Ribbon, draw
from functions.common.money import Money

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

LEAST_SHOWN, SHOWN_HORIZONS = 63, 3
PERCENTS = ("95", "80", "50")
"""The ranges, widest first, because narrower ones are drawn on top."""
CHANCES = {"50": "1 in 2 (50%)", "80": "4 in 5 (80%)", "95": "19 in 20 (95%)"}


def print_forecast(console: Console, result: Mapping[str, Any], today: date) -> None:
    """Print the message, the table of ranges, the plot, and how reliable the model has been."""
    money = Money.of(result)
    last, chance = money(result["last_price"]), chance_of(result["probability_higher"])
    print_text(console, result["message"], "bold")
    if is_doubted(result):
        sentence = f"That model puts the chance of a price above {last} at {chance}."
        print_text(console, sentence, "dim")
        if widened := result["backtest"].get("widened80"):
            low, high = map(money, widened)
            print_text(console, f"Widened to match past errors, the range is {low} to {high}.")
        better = f"stockcast forecast {result['symbol']} --days {result['days']}"
        print_text(console, f"For better ranges, run: {better}")
    else:
        print_text(console, f"The chance of a price above the last one, {last}, is {chance}.")
    console.print(_ranges(result))
    print_rows(console, draw(forecast_plot(result), *plot_size(console)))
    console.print()
    if result["backtest"]["record"]:
        print_text(console, f"{result['backtest']['record']}.")
    print_text(console, result["backtest"]["verdict"])
    for line in provenance(result, today, since=result["history"]["dates"][0]):
        print_text(console, line, "dim")


def _ranges(result: Mapping[str, Any]) -> Table:
    table = plain_table()
    table.add_column(f"On {result['target_date']}, with a chance of")
    for title in ("from", "to"):
        table.add_column(title, justify="right")
    for percent, chance in CHANCES.items():
        table.add_row(chance, *map(Money.of(result), result["intervals"][percent]))
    return table


def forecast_plot(result: Mapping[str, Any]) -> Plot:
    """The plot of the forecast, with as much history as leaves the forecast readable."""
    history, forecast = result["history"], result["forecast"]
    ahead = len(forecast["dates"])
    shown = slice(-max(LEAST_SHOWN, SHOWN_HORIZONS * ahead), None)
    dates, close = history["dates"][shown], history["close"][shown]
    gap, last = [None] * (len(dates) - 1), result["last_price"]
    ribbons = [
        Ribbon(
            # The ribbons start at the last price.
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
    return Plot(x, lines, ribbons, rule=len(dates) - 1, label=Money.of(result).label)
