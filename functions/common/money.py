"""Formats amounts of money: `$1,234.56`, `£0.7234`, `¥2,345`, `CHF 12.30`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

SYMBOLS = {
    "USD": "$",
    "GBP": "£",
    "EUR": "€",
    "JPY": "¥",
    "CNY": "CN¥",
    "HKD": "HK$",
    "AUD": "A$",
    "CAD": "CA$",
    "NZD": "NZ$",
    "TWD": "NT$",
    "MXN": "MX$",
    "BRL": "R$",
    "INR": "₹",
    "KRW": "₩",
    "ILS": "₪",
    "PHP": "₱",
}
"""Symbols as a browser shows them in American English. Other currencies use their code."""
WITHOUT_DECIMALS = frozenset({"JPY", "KRW", "CLP"})
LARGE = 1000
SMALL_DIGITS, LABEL_DIGITS = 4, 6
PAIR_FROM, PAIR_UNTIL = 0.1, 10.0
"""Exchange rates in this range get four decimals, as is usual in currency trading."""
ON_WEEKDAYS = "24/5"


class Money(Struct, frozen=True):
    """Formats amounts in a currency (ISO 4217, or empty for an index).

    If `is_pair`, amounts are exchange rates between two currencies and get more digits.
    """

    currency: str = "USD"
    is_pair: bool = False

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> Money:
        """The money of a result document. Older documents without a currency are in dollars."""
        is_pair = result.get("data", {}).get("calendar") == ON_WEEKDAYS
        return cls(result.get("currency", "USD") or "", is_pair)

    def __call__(self, amount: float) -> str:
        """The amount with two decimals, or with more digits if it is small."""
        size = abs(amount)
        if self.is_pair and PAIR_FROM <= size < PAIR_UNTIL:
            text = f"{size:.4f}"
        elif size >= 1 or size == 0:
            is_whole = self.currency in WITHOUT_DECIMALS and size >= LARGE
            text = f"{size:,.0f}" if is_whole else f"{size:,.2f}"
        else:
            text = _plain(size, SMALL_DIGITS)
        return self._signed(amount, text)

    def label(self, amount: float) -> str:
        """A round amount for an axis, without trailing zeros."""
        return self._signed(amount, _plain(abs(amount), LABEL_DIGITS))

    def _signed(self, amount: float, text: str) -> str:
        code = f"{self.currency}\N{NO-BREAK SPACE}" if self.currency else ""
        return f"{'-' if amount < 0 else ''}{SYMBOLS.get(self.currency, code)}{text}"


def _plain(size: float, digits: int) -> str:
    """A number with `digits` significant digits, without exponent: `0.00003326`."""
    return f"{Decimal(f'{size:.{digits}g}'):,f}"
