"""What stands around a chart in words: names, amounts, the source and the disclaimer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

CURRENCIES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "": "$"}
PROVIDERS = {
    "tiingo": "Tiingo",
    "nasdaq": "Nasdaq Data Link",
    "yahoo": "Yahoo Finance",
    "upload": "An uploaded file",
}
SAMPLE = "sample"
DIGITS = 4
"""Of an amount below one."""
MINUS = "\N{MINUS SIGN}"
MOST_NOTES = 2
DISCLAIMER = "Made by Stockcast. Not investment advice."


def titled(result: Mapping[str, Any]) -> str:
    """The company with its symbol, as far as it is known."""
    name, symbol = (result.get("data") or {}).get("name"), str(result["symbol"])
    return f"{name} ({symbol})" if name and name != symbol else symbol


def money(amount: float, currency: str | None) -> str:
    """An amount with the digits that mean something at its size."""
    size = abs(amount)
    decimals = 2 if size >= 1 or size == 0 else DIGITS - 1 - math.floor(math.log10(size))
    return _signed(amount, f"{size:,.{decimals}f}", currency)


def tick(amount: float, currency: str | None) -> str:
    """An amount beside an axis, as short as it can be."""
    amount = round(amount, 10)
    if abs(amount) >= 1:
        return money(amount, currency).replace(".00", "")
    return _signed(amount, np.format_float_positional(abs(amount), trim="-"), currency)


def _signed(amount: float, digits: str, currency: str | None) -> str:
    sign, code = MINUS if amount < 0 else "", currency or ""
    return f"{sign}{CURRENCIES[code]}{digits}" if code in CURRENCIES else f"{sign}{digits} {code}"


def day(iso: str) -> str:
    """`April 15, 2013`."""
    on = date.fromisoformat(iso)
    return f"{on:%B} {on.day}, {on.year}"


def below(result: Mapping[str, Any]) -> list[str]:
    """The lines under a chart: source and date, what to know of the data, the disclaimer."""
    data = result.get("data") or {}
    if not data:
        return [DISCLAIMER]
    provider, last = str(data.get("provider", "")), day(data["last_date"])
    if provider == SAMPLE:
        told = f"Sample prices, ending {last}: to try Stockcast, not for decisions."
    else:
        source = PROVIDERS.get(provider, provider)
        told = f"Source: {source}, adjusted for splits and dividends, until {last}."
    if data.get("stale"):
        told += " Newer prices could not be fetched."
    record = (result.get("backtest") or {}).get("record")
    if record:
        told += f" The model's record for {result['symbol']}: {record}."
    return [told, *_notes([*(result.get("notes") or ()), *(data.get("notes") or ())]), DISCLAIMER]


def _notes(notes: Sequence[str]) -> list[str]:
    shown = [f"Note: {note}" for note in notes[:MOST_NOTES]]
    more = len(notes) - len(shown)
    if more > 0:
        shown[-1] += f" ({more} more {'note' if more == 1 else 'notes'} with the result.)"
    return shown
