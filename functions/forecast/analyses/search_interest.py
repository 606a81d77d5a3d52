"""Compares search interest with the price: does one move before the other?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from functions.common.errors import InvalidFieldError
from functions.common.messages.interest_csv import FEWEST_ROWS, Interest
from functions.forecast.analyses.document import Line, Panel
from functions.forecast.arrays import Floats, Ints
from functions.forecast.prices.series import PriceSeries

MOST_LAG = 8
FEWEST_PAIRS = 8
BY_LAG = "Correlation by lag (periods by which searches come first)"


@dataclass(frozen=True, eq=False)
class Compared:
    """The overlay, the correlations by lag, and one sentence that judges them."""

    panels: Sequence[Panel]
    figures: Mapping[str, Any]
    note: str


def compare(series: PriceSeries, interest: Interest) -> Compared:
    """Correlate the changes of interest with the price's log returns, period by period.

    At a positive lag of k periods, interest comes first: its change meets the return k periods
    later. A period's price is its last one. Periods without a trading day, such as weekends, do not
    count. Raises InvalidFieldError if interest and prices overlap in too few periods.
    """
    starts = np.array(interest.dates, dtype="datetime64[D]")
    ends = np.append(starts[1:], starts[-1] + (starts[-1] - starts[-2]))
    last = np.searchsorted(series.dates, ends) - 1
    traded = (last >= 0) & (series.dates[last] >= starts)
    if traded.sum() < FEWEST_ROWS:
        message = (
            f"overlaps the prices ({series.dates[0]} to {series.dates[-1]}) in {traded.sum()}"
            f" periods. It needs at least {FEWEST_ROWS}. Export another range."
        )
        raise InvalidFieldError("interest_csv", message)
    starts, values = starts[traded], np.array(interest.values)[traded]
    price = series.adjusted_close[last[traded]]
    lags, found = _by_lag(np.diff(values), np.diff(np.log(price)))
    best = int(np.nanargmax(np.abs(found))) if not np.isnan(found).all() else None
    chance = 2.0 / math.sqrt(len(values) - 1)
    figures = {
        "interest_term": interest.term,
        "interest_periods": len(values),
        "best_lag": None if best is None else int(lags[best]),
        "best_correlation": None if best is None else float(found[best]),
        "correlation_by_chance": chance,
    }
    scaled = 100.0 * price / price.max()
    lines = [Line("price, 100 at its highest", scaled, "actual"), Line("searches", values)]
    panels = [
        Panel(f"Searches for {interest.term}", "index", starts, lines),
        Panel(BY_LAG, "correlation", lags, [Line("correlation", found)], x_label="lag"),
    ]
    return Compared(panels, figures, _note(interest.term, best, lags, found, chance))


def _by_lag(interest: Floats, returns: Floats) -> tuple[Ints, Floats]:
    most = min(MOST_LAG, len(interest) - FEWEST_PAIRS)
    lags = np.arange(-most, most + 1)
    found = np.full(len(lags), np.nan)
    for at, lag in enumerate(lags):
        earlier = interest[: len(interest) - lag] if lag >= 0 else interest[-lag:]
        later = returns[lag:] if lag >= 0 else returns[:lag]
        if earlier.std() > 0 and later.std() > 0:
            found[at] = np.corrcoef(earlier, later)[0, 1]
    return lags, found


def _note(term: str, best: int | None, lags: Ints, found: Floats, chance: float) -> str:
    if best is None:
        return f"Searches for {term} or the price did not change, so they cannot be compared."
    lag, correlation = int(lags[best]), float(found[best])
    periods = "period" if abs(lag) == 1 else "periods"
    when = "together" if lag == 0 else f"{abs(lag)} {periods} {'ahead' if lag > 0 else 'behind'}"
    worth = (
        "no more than by chance"
        if abs(correlation) < chance
        else "more than by chance at one lag, but that is common for the best of many lags"
    )
    return f"Searches for {term} match the price best {when} ({correlation:+.2f}): {worth}."
