"""`stockcast forecast SYMBOL`: prints where the price could be in some days."""

from __future__ import annotations

import argparse

from cli import own_prices
from cli.arguments import add_symbol, days
from cli.clients import choice
from cli.exit_codes import OK
from cli.printing import output
from cli.printing.forecast_report import print_forecast
from cli.printing.waiting import progress
from functions.common.messages.fields import DEFAULT_MODEL, MODELS

DEFAULT_DAYS = 30


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("forecast", help="forecast one stock")
    add_symbol(parser)
    own_prices.add_options(parser)
    add_horizon(parser)
    output.add_options(parser)
    choice.add_options(parser)
    parser.set_defaults(run=_forecast)


def add_horizon(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the number of days and the model."""
    parser.add_argument(
        "--days",
        type=days,
        default=DEFAULT_DAYS,
        help=f"calendar days after the last price (default {DEFAULT_DAYS})",
    )
    parser.add_argument(
        "--model", choices=MODELS, default=DEFAULT_MODEL, help=f"(default {DEFAULT_MODEL})"
    )


def _forecast(given: argparse.Namespace) -> int:
    own_prices.require_one(given, given.symbol)
    stockcast = choice.chosen(given)
    symbol = own_prices.one_symbol(stockcast, given)
    asked = {"symbol": symbol, "days": given.days, "model": given.model}
    with progress(symbol) as on_status:
        answer = stockcast.ask("forecasts", asked, on_status)
    output.write(stockcast, answer, given, print_forecast)
    return OK
