"""Prices and chances as people write them."""

from __future__ import annotations


def dollars(price: float) -> str:
    """`$1,234.56`, `-$0.1235`."""
    text = f"{abs(price):,.2f}" if abs(price) >= 1 else f"{abs(price):.4g}"
    return f"{'-' if price < 0 else ''}${text}"


def chance_of(probability: float | None) -> str:
    """`53%`; empty where nothing is known of it."""
    return "" if probability is None else f"{probability:.0%}"


def price_label(price: float) -> str:
    """A price on an axis, of which only the round ones are shown."""
    return f"{'-' if price < 0 else ''}${abs(price):,.6g}"
