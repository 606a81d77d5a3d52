"""`stockcast watch SYMBOL ...`: prints a table of forecasts and keeps it up to date."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cli import own_prices
from cli.arguments import add_symbols, positive
from cli.clients import choice
from cli.clients.service import Service
from cli.commands.forecast import add_horizon
from cli.exit_codes import FAILED, OK, UNAVAILABLE
from cli.printing.console import plain_table, standard_output
from cli.printing.doubt import DOUBT, chance_cell, is_doubted
from cli.printing.waiting import bar
from functions.common.errors import StockcastError, TemporaryError
from functions.common.money import Money

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

EVERY_S = 60
PATIENCE_S = 5.0
"""After this time, a row without a new answer stays unchanged until the next round."""


@dataclass(frozen=True)
class Row:
    """A symbol, its latest result, and the error of the last try if it failed."""

    symbol: str
    result: dict[str, Any] | None = None
    error: StockcastError | None = None


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("watch", help="print a table of stocks and keep it up to date")
    add_symbols(parser)
    own_prices.add_options(parser)
    add_horizon(parser)
    parser.add_argument(
        "--every",
        type=positive,
        default=EVERY_S,
        metavar="SECONDS",
        help=f"seconds between two updates (default {EVERY_S})",
    )
    parser.add_argument("--once", action="store_true", help="print the table once and exit")
    choice.add_options(parser)
    parser.set_defaults(run=_watch)


def _watch(given: argparse.Namespace) -> int:
    own_prices.require_one(given, given.symbols)
    stockcast = choice.chosen(given, patience_s=PATIENCE_S)
    symbols = own_prices.all_symbols(stockcast, given, given.symbols)
    rows = [Row(symbol) for symbol in dict.fromkeys(symbols)]
    asked = {"days": given.days, "model": given.model}
    if not given.once:
        with suppress(KeyboardInterrupt):  # users stop watching with Ctrl-C
            _keep_watching(stockcast, rows, asked, given.every)
        return OK
    with bar("asking", len(rows)) as advance:
        rows = looked_at(stockcast, rows, asked, lambda seen: advance(*_reached(seen)))
    standard_output().print(view(rows, given.days))
    return _exit_code(rows)


def _keep_watching(
    stockcast: Service, rows: Sequence[Row], asked: dict[str, Any], every_s: int
) -> None:
    """Update the table forever: in place on a terminal, or else as a new table each time."""
    from rich.live import Live

    console, days = standard_output(), asked["days"]
    in_place = Live(view(rows, days), console=console, auto_refresh=False)

    def show(seen: Sequence[Row]) -> None:
        if console.is_terminal:
            in_place.update(view(seen, days), refresh=True)

    with in_place if console.is_terminal else nullcontext():
        while True:
            rows = looked_at(stockcast, rows, asked, show)
            if not console.is_terminal:
                console.print(view(rows, days))
                console.file.flush()
            time.sleep(every_s)


def looked_at(
    stockcast: Service,
    rows: Sequence[Row],
    asked: dict[str, Any],
    show: Callable[[Sequence[Row]], None],
) -> list[Row]:
    """Update each row and show it at once. A row that fails keeps its last result."""
    looked = list(rows)
    for number, row in enumerate(rows):
        try:
            answer = stockcast.ask("forecasts", {"symbol": row.symbol, **asked}, lambda _: None)
            looked[number] = Row(row.symbol, answer.result)
        except StockcastError as error:
            looked[number] = replace(row, error=error)
        show(tuple(looked))
    return looked


def view(rows: Sequence[Row], days: int) -> Group:
    """The table, and below it the errors of the rows that could not be updated."""
    from rich.console import Group

    unit = "day" if days == 1 else "days"
    drawn = plain_table(title=f"{days} {unit} after the last price")
    drawn.add_column("symbol")
    for title in ("last", "as of", "80% from", "to", "higher"):
        drawn.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        drawn.add_row(row.symbol, *_cells(row.result))
    doubts = [DOUBT] if any(row.result and is_doubted(row.result) for row in rows) else []
    errors = [f"{row.symbol}: {row.error.detail}" for row in rows if row.error]
    return Group(drawn, *doubts, *errors)


def _reached(rows: Sequence[Row]) -> tuple[int, str]:
    """The number of rows with an answer, and the last symbol that got one."""
    known = [row.symbol for row in rows if row.result or row.error]
    return len(known), known[-1] if known else ""


def _cells(result: dict[str, Any] | None) -> list[str | Text]:
    if result is None:
        return [""] * 5
    money = Money.of(result)
    low, high = map(money, result["intervals"]["80"])
    chance = chance_cell(result["probability_higher"], doubted=is_doubted(result))
    return [money(result["last_price"]), result["last_date"], low, high, chance]


def _exit_code(rows: Sequence[Row]) -> int:
    errors = [row.error for row in rows if row.error]
    if any(isinstance(error, TemporaryError) for error in errors):
        return UNAVAILABLE
    return FAILED if errors else OK
