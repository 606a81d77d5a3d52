"""`buy_and_hold`: the profit of shares that you buy on one day and hold until another.

It buys and sells at the adjusted close, so it counts dividends as reinvested. Stocker bought at the
open, sold at the close, and failed if a date was not a trading day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from functions.forecast.analyses.document import Analysis, Line, Panel, Table
from functions.forecast.analyses.window import window
from functions.forecast.prices.series import PriceSeries

YEAR_DAYS = 365.25
LEAST_YEARS = 364 / YEAR_DAYS
"""The shortest range with an annual rate: a year, less the gap between two trading days."""

SHORT = "The range is shorter than a year, so it has no annual return."


def analyse(series: PriceSeries, parameters: Mapping[str, Any]) -> Analysis:
    """Compute the daily profit of `nshares` from `start` to `end`, return, drawdown, volatility."""
    chosen = window(series, parameters)
    dates, price = series.dates[chosen.rows], series.adjusted_close[chosen.rows]
    shares = parameters["nshares"]
    profit = shares * (price - price[0])
    years = float((dates[-1] - dates[0]) / np.timedelta64(1, "D")) / YEAR_DAYS
    growth = float(price[-1] / price[0])
    annualised = growth ** (1.0 / years) - 1.0 if years >= LEAST_YEARS else None
    drawdown = price / np.maximum.accumulate(price) - 1.0
    trough = int(np.argmin(drawdown))
    peak = int(np.argmax(price[: trough + 1]))
    below = Line("below the highest price", 100.0 * drawdown)
    steps = np.diff(np.log(price))
    a_year = series.instrument.sessions.sessions_a_year
    figures = {
        "start": str(dates[0]),
        "end": str(dates[-1]),
        "nshares": shares,
        "invested": float(shares * price[0]),
        "value": float(shares * price[-1]),
        "profit": float(profit[-1]),
        "total_return": growth - 1.0,
        "annualised_return": annualised,
        "maximum_drawdown": float(drawdown[trough]),
        "drawdown_from": str(dates[peak]),
        "drawdown_to": str(dates[trough]),
        "annual_volatility": float(steps.std(ddof=1) * np.sqrt(a_year)) if len(steps) > 1 else None,
    }
    verb = "made" if profit[-1] >= 0 else "lost"
    rate = f"{growth - 1.0:+.1%}" if annualised is None else f"{annualised:+.1%} a year"
    money = series.money
    return Analysis(
        message=f"{_shares(shares)} of {series.symbol} held from {dates[0]} to {dates[-1]} {verb}"
        f" {money(abs(float(profit[-1])))} on {money(float(shares * price[0]))}, {rate}.",
        notes=(*chosen.notes, *([] if annualised is not None else [SHORT])),
        figures=figures,
        panels=[
            Panel("Profit", "money", dates, [Line("buy and hold", profit, "strategy")]),
            Panel("Drawdown", "percent", dates, [below]),
        ],
        table=Table(
            ("date", "adjusted_close", "profit", "drawdown"),
            list(zip(dates.astype(str), price, profit, drawdown, strict=True)),
        ),
    )


def _shares(shares: float) -> str:
    number = f"{shares:,.3f}".rstrip("0").rstrip(".")
    return f"{number} {'share' if shares == 1 else 'shares'}"
