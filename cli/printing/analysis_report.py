"""Prints an analysis of any kind in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cli.printing.canvas import Glyphs
from cli.printing.console import plain_table, plot_size, print_rows, print_text
from cli.printing.provenance import provenance
from cli.printing.terminal_plot import Line, Plot, Point, Ribbon, draw
from functions.common.money import Money

if TYPE_CHECKING:
    from rich.console import Console

MOST_ROWS = 24
"""Only --csv prints longer tables."""
STYLES = {"actual": "bold", "model": "yellow", "strategy": "blue"}
OTHERS = ("cyan", "magenta", "green", "red", "blue", "yellow")


def print_analysis(console: Console, result: Mapping[str, Any], today: date) -> None:
    """Print the message, the notes, the plots, the figures and the table if it is short."""
    print_text(console, result["message"], "bold")
    for note in result["notes"]:
        print_text(console, note)
    width, height, glyphs = plot_size(console)
    money = Money.of(result)
    for panel in result["panels"]:
        console.print()
        print_text(console, panel["title"], "underline")
        print_rows(console, draw(panel_plot(panel, glyphs, money), width, height, glyphs))
        print_text(console, legend(panel, glyphs), "dim")
    figures = [(_named(name), value) for name, value in result["figures"].items()]
    _print_table(console, ("", ""), figures)
    table = result["table"]
    if len(table["rows"]) <= MOST_ROWS:
        _print_table(console, [_named(name) for name in table["columns"]], table["rows"])
    else:
        print_text(console, f"The table has {len(table['rows'])} rows. To print it, use --csv.")
    since = str(result["panels"][0]["x"][0])
    for line in provenance(result, today, since=since):
        print_text(console, line, "dim")


def panel_plot(panel: Mapping[str, Any], glyphs: Glyphs, money: Money) -> Plot:
    """The plot of one panel. If it has several lines, each carries a number."""
    lines = panel["lines"]
    is_alone = len(lines) == 1
    styles = _styles(lines)
    drawn = [
        Line(line["values"], style, "" if is_alone else str(number))
        for number, (line, style) in enumerate(zip(lines, styles, strict=True), 1)
    ]
    style_of = {line["name"]: style for line, style in zip(lines, styles, strict=True)}
    ribbons = [
        Ribbon(band["low"], band["high"], 0, style_of.get(band["name"], STYLES["model"]))
        for band in panel["bands"]
    ]
    x = [str(each) for each in panel["x"]]
    at = {day: position for position, day in enumerate(x)}
    points = [
        Point(
            at[mark["date"]],
            value,
            glyphs.up if mark["up"] else glyphs.down,
            "green" if mark["up"] else "red",
        )
        for mark in panel["marks"]
        if mark["date"] in at and (value := lines[0]["values"][at[mark["date"]]]) is not None
    ]
    return Plot(x, drawn, ribbons, points, label=_label(panel["unit"], money))


def legend(panel: Mapping[str, Any], glyphs: Glyphs) -> str:
    lines = panel["lines"]
    names = [line["name"] for line in lines]
    if len(lines) > 1:
        names = [f"{number} {name}" for number, name in enumerate(names, 1)]
    # The legend already lists the line that gives a band its name.
    named = {line["name"] for line in lines}
    bands = [
        f"{glyphs.shades[0]} {band['name']}" for band in panel["bands"] if band["name"] not in named
    ]
    marks = [f"{glyphs.up} turns up", f"{glyphs.down} turns down"] if panel["marks"] else []
    axis = [] if panel["x_label"] == "date" else [f"across: {panel['x_label']}"]
    return "   ".join([*names, *bands, *marks, *axis])


def _styles(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    others = iter(OTHERS * (1 + len(lines) // len(OTHERS)))
    return [STYLES.get(line["role"]) or next(others) for line in lines]


def _print_table(console: Console, titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    table = plain_table(show_header=any(titles))
    for number, title in enumerate(titles):
        is_text = all(isinstance(row[number], str) for row in rows)
        table.add_column(title, justify="left" if is_text else "right")
    for row in rows:
        table.add_row(*map(_cell, row))
    console.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def _named(name: str) -> str:
    return name.replace("_", " ")


def _shares(count: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(count) >= size:
            return f"{count / size:g}{letter}"
    return f"{count:g}"


def _label(unit: str, money: Money) -> Callable[[float], str]:
    labels = {"price": money.label, "money": money.label, "shares": _shares}
    return labels.get(unit, "{:g}%".format if unit == "percent" else "{:,g}".format)
