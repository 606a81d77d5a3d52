"""Converts prices that a provider quotes in hundredths of a currency, such as pence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from functions.common.data_sources import BY_NAME
from functions.common.prices.history import Rows
from functions.ingest.providers.rows.raw import RawRows


class Minor(NamedTuple):
    """A currency, and the names of its hundredths and of its whole unit."""

    currency: str
    hundredths: str
    whole: str


MINOR = {
    "GBp": Minor("GBP", "pence", "pounds"),
    "GBX": Minor("GBP", "pence", "pounds"),
    "ZAc": Minor("ZAR", "cents", "rand"),
    "ZAC": Minor("ZAR", "cents", "rand"),
    "ILA": Minor("ILS", "agorot", "shekels"),
}
"""The currencies by the code that providers use for their hundredths."""


def whole_currency(code: str) -> str:
    """The ISO 4217 code of the currency that `code` stands for."""
    return MINOR[code].currency if code in MINOR else code.upper()


def in_whole_units(
    provider: str, symbol: str, code: str, raw: RawRows
) -> tuple[RawRows, tuple[str, ...]]:
    """The rows in the whole currency. If they were in hundredths, a note says so."""
    if code not in MINOR:
        return raw, ()
    unit, title = MINOR[code], BY_NAME[provider].title
    note = f"{title} quotes {symbol} in {unit.hundredths}. Stockcast shows {unit.whole}."
    dates, *prices, volume, adjusted = raw.rows.columns
    rows = Rows((dates, *map(_hundredths, prices), volume, _hundredths(adjusted)))
    return replace(raw, rows=rows, dividends=_hundredths(raw.dividends)), (note,)


def _hundredths(column: Iterable[float]) -> list[float]:
    return [round(value / 100, 8) for value in column]
