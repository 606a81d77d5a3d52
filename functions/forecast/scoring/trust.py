"""Judges whether a model's ranges have kept their promise for a stock."""

from __future__ import annotations

from msgspec import Struct

from functions.forecast.scoring.backtest import Backtest
from functions.forecast.scoring.scores import wilson_interval

PROMISED = 0.80
LEAST_HELD = 0.70
"""If a smaller share of outcomes was inside the 80% range, the answer starts with the record."""

ENOUGH = 20.0
"""With this many forecasts without overlap, a share below LEAST_HELD counts.

With fewer, it counts only if the upper end of its 95% interval (Wilson) is below PROMISED.
"""

OK, TOO_NARROW, TOO_FEW = "ok", "too_narrow", "too_few"


class Trust(Struct, frozen=True):
    """`state` is `ok`, `too_narrow`, `too_few`, `pending` or `failed`. `sentence` explains it."""

    state: str
    sentence: str


def judged(record: Backtest, symbol: str, model: str) -> Trust:
    """Judge the ranges of `model` (a name of `fields.MODELS`) for `symbol` by its record."""
    held, worth = record.coverage80, record.independent_origins
    name = model.capitalize()
    if record.status != "complete":
        return Trust(record.status, record.verdict)
    if held is None or worth is None:
        return Trust(TOO_FEW, record.verdict)
    share = f"its 80% range held {held:.0%} of the time"
    if held < LEAST_HELD and (worth >= ENOUGH or _is_surely_short(held, worth)):
        return Trust(TOO_NARROW, f"{name}'s ranges have been far too narrow for {symbol}: {share}.")
    if worth < ENOUGH:
        few = f"{name} has too few independent past forecasts of {symbol} to judge its ranges"
        return Trust(TOO_FEW, f"{few}: {share}.")
    return Trust(OK, f"{name}'s 80% range for {symbol} held {held:.0%} of the time.")


def in_plain_words(record: Backtest) -> str | None:
    """`Promised 80%, delivered 75% (97 forecasts)`, or None if there was nothing to check."""
    if record.coverage80 is None:
        return None
    count = f"{record.origins} forecast{'s' if record.origins > 1 else ''}"
    return f"Promised {PROMISED:.0%}, delivered {record.coverage80:.0%} ({count})"


def _is_surely_short(held: float, worth: float) -> bool:
    return wilson_interval(held * worth, worth)[1] < PROMISED
