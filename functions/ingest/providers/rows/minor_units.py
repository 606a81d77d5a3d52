"""Converts prices that a provider quotes in hundredths of a currency, such as pence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from functions.ingest.providers.rows.given import GivenRow


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
    provider: str, symbol: str, code: str, given: Iterable[GivenRow | None]
) -> tuple[list[GivenRow | None], tuple[str, ...]]:
    """The rows in the whole currency. If they were in hundredths, a note says so."""
    if code not in MINOR:
        return list(given), ()
    unit = MINOR[code]
    note = f"{provider} quotes {symbol} in {unit.hundredths}. Stockcast shows {unit.whole}."
    return [one and _divided(one) for one in given], (note,)


def _divided(given: GivenRow) -> GivenRow:
    def hundredth(price: float | None) -> float | None:
        return None if price is None else round(price / 100, 8)

    row = given.row
    changed = replace(
        row,
        open=hundredth(row.open),
        high=hundredth(row.high),
        low=hundredth(row.low),
        close=hundredth(row.close),
        adj_close=round(row.adj_close / 100, 8),
    )
    return replace(given, row=changed, dividend=given.dividend / 100)
