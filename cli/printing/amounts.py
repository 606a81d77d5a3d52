"""Chances as people write them."""

from __future__ import annotations


def chance_of(probability: float | None) -> str:
    """A chance such as `53%`, or an empty text if it is unknown."""
    return "" if probability is None else f"{probability:.0%}"
