"""Writes chances, and marks them if the model's past ranges were too narrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

DOUBT = (
    "* In the past, the model's 80% range was right less than 70% of the time for this stock."
    " Compare it with --model calibrated."
)


def chance_of(probability: float | None) -> str:
    """A chance such as `53%`, or an empty text if it is unknown."""
    return "" if probability is None else f"{probability:.0%}"


def is_doubted(result: Mapping[str, Any]) -> bool:
    """Whether the model's past ranges for this stock were too narrow."""
    return bool(result["backtest"]["trust"]["state"] == "too_narrow")


def chance_cell(probability: float | None, *, doubted: bool) -> str | Text:
    """The chance of a rise. If it is doubted, it is dim and has the asterisk of DOUBT."""
    from rich.text import Text

    chance = chance_of(probability)
    return Text(f"{chance}*", style="dim") if doubted and chance else chance
