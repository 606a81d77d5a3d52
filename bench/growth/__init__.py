"""`make bench ARGS=--growth`: measures how the cost of a forecast grows with the work."""

from __future__ import annotations

import sys
from dataclasses import asdict

from bench.growth import sweeps
from bench.growth.curve import Curve, draw
from bench.report import figures

PICTURE = figures.PAGE.parent / "growth.png"


def run(load: float, *, is_quick: bool) -> str:
    """Measure all curves, and write the table and the plot. Returns the table."""
    curves = []
    for curve in sweeps.measure(is_quick=is_quick):
        print(f"measured {curve.work}", file=sys.stderr, flush=True)
        curves.append(curve)
    found = table(curves)
    draw(curves, figures.RESULTS / "growth-quick.png" if is_quick else PICTURE)
    if not is_quick:
        work = ", ".join(curve.work for curve in curves)
        found += f"\n\n![Cost against work: {work}]({PICTURE.name})"
    details = {curve.work: asdict(curve) for curve in curves}
    return figures.write("growth", [], details, {"growth": found}, load=load, is_quick=is_quick)


def table(curves: list[Curve]) -> str:
    """The ends of each curve and its slope as a Markdown table."""
    lines = ["| work | from, to | cost | from, to | slope | goal | met |", "|---" * 7 + "|"]
    for curve in curves:
        (few, cheap), (many, dear) = curve.points[0], curve.points[-1]
        verdict = "yes" if curve.is_met else "**no**"
        lines.append(
            f"| {curve.work} | {few:,}, {many:,} | {curve.cost} | {cheap:.3g}, {dear:.3g}"
            f" | {curve.slope:+.2f}: twice the work, {curve.doubling:+.0%} |"
            f" at most {curve.most} | {verdict} |"
        )
    return "\n".join(lines)
