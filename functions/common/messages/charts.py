"""The variants of a chart: light or dark, single or double resolution, PNG or SVG."""

from __future__ import annotations

from typing import Literal, NamedTuple

Theme = Literal["light", "dark"]
Scale = Literal[1, 2]
Format = Literal["png", "svg"]

THEMES: tuple[Theme, ...] = ("light", "dark")
SCALES: tuple[Scale, ...] = (1, 2)
MEDIA_TYPES: dict[Format, str] = {"png": "image/png", "svg": "image/svg+xml"}


class Variant(NamedTuple):
    """One way to draw a chart. The scale of an SVG is always 1."""

    theme: Theme = "light"
    scale: Scale = 1
    format: Format = "png"


DEFAULT = Variant()
VARIANTS = tuple(
    [Variant(theme, scale) for theme in THEMES for scale in SCALES]
    + [Variant(theme, format="svg") for theme in THEMES]
)
