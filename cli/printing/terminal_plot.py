"""Draws a plot for the terminal: lines and ribbons on a shared x axis, with both axes labeled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cli.printing.canvas import DOTS_ACROSS, DOTS_DOWN, Canvas, Glyphs, Span

Values = Sequence["float | None"]
TICKS = 5
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MARKED_AT = (0.2, 0.5, 0.8)


@dataclass(frozen=True)
class Line:
    """A value for each x, or None. `mark` is drawn at a few places on the line."""

    values: Values
    style: str
    mark: str = ""


@dataclass(frozen=True)
class Ribbon:
    """The area from `low` to `high` at each x. `shade` is 0 (lightest) to 2 (darkest)."""

    low: Values
    high: Values
    shade: int
    style: str


@dataclass(frozen=True)
class Point:
    """One character at a position and a value."""

    position: int
    value: float
    text: str
    style: str


@dataclass(frozen=True)
class Plot:
    """A plot. `x` has the label of each position. `rule` is the position of a vertical line."""

    x: Sequence[str]
    lines: Sequence[Line]
    ribbons: Sequence[Ribbon] = field(default=())
    points: Sequence[Point] = field(default=())
    rule: int | None = None
    label: Callable[[float], str] = "{:,g}".format


def draw(plot: Plot, width: int, height: int, glyphs: Glyphs) -> list[list[Span]]:
    """The rows of the plot, at most `width` cells wide. `height` does not include the x axis.

    The list is empty if there is no value to draw.
    """
    bounds = [values for ribbon in plot.ribbons for values in (ribbon.low, ribbon.high)]
    drawn = [*(line.values for line in plot.lines), *bounds]
    known = [value for values in drawn for value in values if value is not None]
    if not known:
        return []
    ticks = _ticks(min(known), max(known))
    low, high = min(ticks[0], *known), max(ticks[-1], *known)
    labels = {tick: plot.label(tick) for tick in ticks}
    margin = max(map(len, labels.values())) + 2
    canvas = Canvas(max(1, width - margin), height, glyphs)
    scale = _Scale(len(plot.x), low, high, canvas)
    if plot.rule is not None:
        canvas.rule(scale.x(plot.rule) // DOTS_ACROSS, "dim")
    for ribbon in plot.ribbons:
        _shade(canvas, scale, ribbon)
    for line in plot.lines:
        _trace(canvas, scale, line)
    for point in plot.points:
        canvas.mark(scale.x(point.position), scale.y(point.value), point.text, point.style)
    by_row = {scale.y(tick) // DOTS_DOWN: labels[tick] for tick in ticks}
    rows = []
    for number, spans in enumerate(canvas.rows()):
        label = by_row.get(number, "")
        axis = glyphs.tick if label else glyphs.axis
        rows.append([(f"{label:>{margin - 2}} {axis}", "dim"), *spans])
    return [*rows, [(" " * margin + _x_axis(plot, scale, canvas.width), "dim")]]


class _Scale:
    """Converts positions and values to dots."""

    def __init__(self, count: int, low: float, high: float, canvas: Canvas) -> None:
        self._count, self._low = count, low
        self._range = high - low or 1.0
        self._canvas = canvas

    def x(self, position: int) -> int:
        return round(position * (self._canvas.dots_across - 1) / max(1, self._count - 1))

    def y(self, value: float) -> int:
        share = (value - self._low) / self._range
        return round((1.0 - share) * (self._canvas.dots_down - 1))


def _shade(canvas: Canvas, scale: _Scale, ribbon: Ribbon) -> None:
    bounds: dict[int, tuple[float, float]] = {}
    previous: tuple[int, float, float] | None = None
    for position, (low, high) in enumerate(zip(ribbon.low, ribbon.high, strict=True)):
        if low is None or high is None:
            previous = None
            continue
        x = scale.x(position)
        start = previous or (x, low, high)
        for dot in range(start[0], x + 1):
            share = (dot - start[0]) / max(1, x - start[0])
            at = tuple(a + share * (b - a) for a, b in zip(start[1:], (low, high), strict=True))
            bounds[dot // DOTS_ACROSS] = (at[0], at[1])
        previous = (x, low, high)
    for column, (low, high) in bounds.items():
        canvas.band(column, scale.y(high), scale.y(low), ribbon.shade, ribbon.style)


def _trace(canvas: Canvas, scale: _Scale, line: Line) -> None:
    run: list[tuple[int, int]] = []
    drawn: list[tuple[int, int]] = []
    for position, value in enumerate([*line.values, None]):
        if value is not None:
            run.append((scale.x(position), scale.y(value)))
        elif run:
            canvas.line(run, line.style)
            drawn += run
            run = []
    if line.mark and drawn:
        for share in MARKED_AT:
            canvas.mark(*drawn[round(share * (len(drawn) - 1))], line.mark, line.style)


def _ticks(low: float, high: float) -> list[float]:
    """About TICKS round numbers in the range, or its ends if it contains none."""
    if high == low:
        return [low]
    raw = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in STEPS if factor * power >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = [number * step for number in range(first, last + 1)]
    return ticks or [low, high]


def _x_axis(plot: Plot, scale: _Scale, width: int) -> str:
    """The labels of the first and last positions and the rule, if there is room for them."""
    text = [" "] * width
    last = len(plot.x) - 1
    for position in dict.fromkeys((0, last, plot.rule if plot.rule is not None else last // 2)):
        label = plot.x[position]
        start = scale.x(position) // DOTS_ACROSS - len(label) // 2
        start = max(0, min(start, width - len(label)))
        free = text[max(0, start - 1) : start + len(label) + 1]
        if len(label) <= width and not "".join(free).strip():
            text[start : start + len(label)] = label
    return "".join(text).rstrip()
