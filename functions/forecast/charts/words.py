"""The texts around a chart: names, the source and the disclaimer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from functions.common.data_sources import BY_NAME
from functions.forecast.prices.series import in_words

SAMPLE, UPLOAD = "sample", "upload"
MOST_NOTES = 2
DISCLAIMER = "Made by Stockcast. Not investment advice."


def titled(result: Mapping[str, Any]) -> str:
    """The company's name, if known, with its symbol."""
    name, symbol = (result.get("data") or {}).get("name"), str(result["symbol"])
    return f"{name} ({symbol})" if name and name != symbol else symbol


def day(iso: str) -> str:
    """`April 15, 2013`."""
    return in_words(date.fromisoformat(iso))


def below(result: Mapping[str, Any]) -> list[str]:
    """The lines below a chart: source and date, notes about the data, the disclaimer."""
    data = result.get("data") or {}
    if not data:
        return [DISCLAIMER]
    provider, last = str(data.get("provider", "")), day(data["last_date"])
    if provider == SAMPLE:
        text = f"Sample data, ending {last}. For today's prices, add a data source."
    elif provider == UPLOAD:
        text = f"Prices from an uploaded file, until {last}."
    else:
        source = BY_NAME[provider].title if provider in BY_NAME else provider
        text = f"Source: {source}, adjusted for splits and dividends, until {last}."
    if data.get("stale"):
        text += " Stockcast could not fetch newer prices."
    record = (result.get("backtest") or {}).get("record")
    if record:
        text += f" The model's record for {result['symbol']}: {record}."
    return [text, *_notes([*(result.get("notes") or ()), *(data.get("notes") or ())]), DISCLAIMER]


def _notes(notes: Sequence[str]) -> list[str]:
    shown = [f"Note: {note}" for note in notes[:MOST_NOTES]]
    more = len(notes) - len(shown)
    if more > 0:
        shown[-1] += f" ({more} more {'note' if more == 1 else 'notes'} with the result.)"
    return shown
