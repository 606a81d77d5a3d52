"""Chances as people write them."""

from __future__ import annotations


def chance_of(probability: float | None) -> str:
    """`53%`; empty where nothing is known of it."""
    return "" if probability is None else f"{probability:.0%}"
