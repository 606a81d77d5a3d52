"""How a model that broke its promise is shown in tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli.printing.amounts import chance_of

if TYPE_CHECKING:
    from rich.text import Text

DOUBT = (
    "* The model's 80% range held less than 70% of the time for this stock. Compare it with"
    " --model calibrated."
)


def is_doubted(result: Mapping[str, Any]) -> bool:
    """Whether the model's own record contradicts the ranges of a result."""
    return bool(result["backtest"]["trust"]["state"] == "too_narrow")


def chance_cell(probability: float | None, *, doubted: bool) -> str | Text:
    """The chance of a rise; where it is doubted, pale and with the asterisk of DOUBT."""
    from rich.text import Text

    chance = chance_of(probability)
    return Text(f"{chance}*", style="dim") if doubted and chance else chance
