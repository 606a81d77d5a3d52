"""The look of charts: their resolution and the page's colors, light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DPI = 100


@dataclass(frozen=True)
class Theme:
    """The colors of `static/page/colors.css`. A test compares the two."""

    ink: str
    faint: str
    paper: str
    line: str
    grid: str
    accent: str
    series: tuple[str, ...]
    ribbon: Mapping[int, float]
    """The accent's opacity in the ribbon of each interval. The narrower ribbons are on top."""


THEMES = {
    "light": Theme(
        ink="#1a2129",
        faint="#5a6673",
        paper="#ffffff",
        line="#d9dfe6",
        grid="#edf0f3",
        accent="#1c5fb8",
        series=("#1c5fb8", "#b4560f", "#1b7a56", "#7a3fc4", "#a62d66", "#5a6673"),
        ribbon={95: 0.13, 80: 0.17, 50: 0.24},
    ),
    "dark": Theme(
        ink="#e6eaef",
        faint="#a0acb9",
        paper="#181f27",
        line="#2e3946",
        grid="#242d37",
        accent="#82b4f2",
        series=("#82b4f2", "#f0a765", "#6fcfa5", "#c3a2f5", "#f08db6", "#a0acb9"),
        ribbon={95: 0.14, 80: 0.17, 50: 0.25},
    ),
}
