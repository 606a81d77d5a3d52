"""`make bench`: measures Stockcast, writes tables and a plot, and compares them with the goals.

python -m bench.run [--quick] [--against COMMIT] [--only NAME ...] [--growth]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.report import capacity, figures
from bench.report.figures import Figure
from bench.running.world import WITHOUT_LIMITS, stockcast
from bench.size import memory
from bench.speed import (
    cold_starts,
    first_click,
    live_streams,
    new_tickers,
    stages,
    systems,
    web_on_one_core,
)
from local.stack import ROOT

OPERATIONS, README = ROOT / "docs" / "operations.md", ROOT / "README.md"
Measured = tuple[list[Figure], dict[str, Any]]
ON_ONE_STACK: dict[str, Callable[..., Measured]] = {
    "systems": systems.measure,
    "web": web_on_one_core.measure,
    "streams": live_streams.measure,
    "cold": cold_starts.measure,
    "click": first_click.measure,
}
NAMES = (*ON_ONE_STACK, "memory", "tickers", "stages")


def run(
    *, is_quick: bool, only: tuple[str, ...] = NAMES, against: str | None = None
) -> tuple[dict[str, list[Figure]], dict[str, Any]]:
    """Measure the parts in `only`. Returns the figures and the details of each."""
    found: dict[str, list[Figure]] = {}
    details: dict[str, Any] = {}

    def keep(name: str, measure: Callable[[], Measured]) -> None:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        found[name], details[name] = measure()

    if set(only) - {"tickers", "stages"}:
        with stockcast(WITHOUT_LIMITS) as world:
            rest = memory.at_rest(world)
            parts = {**ON_ONE_STACK, "memory": partial(memory.measure, rest=rest)}
            for name in (name for name in parts if name in only):
                world.clear()
                more = {"against": against} if name == "systems" else {}
                keep(name, partial(parts[name], world, is_quick=is_quick, **more))
    if "tickers" in only:
        keep("tickers", partial(new_tickers.measure, is_quick=is_quick, against=against))
    if "stages" in only:
        keep("stages", lambda: ([], stages.measure(1 if is_quick else 5)))
    return found, details


def main() -> None:
    """Measure, print the tables, and write them if the run was complete."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="a short run that does not change the pages")
    add("--only", nargs="+", choices=NAMES, default=NAMES, help="only these parts")
    add("--against", metavar="COMMIT", help="compare with this commit, too")
    add("--growth", action="store_true", help="measure how costs grow with the work instead")
    given = parser.parse_args()
    load, started = os.getloadavg()[0], time.perf_counter()
    if given.growth:
        from bench import growth

        print(growth.run(load, is_quick=given.quick))
    else:
        is_whole = not given.quick and len(given.only) == len(NAMES)
        found, details = run(is_quick=given.quick, only=tuple(given.only), against=given.against)
        print(_written(found, details, load, is_whole=is_whole))
    print(f"\n{time.perf_counter() - started:.0f} s", file=sys.stderr)


def _written(
    found: dict[str, list[Figure]], details: dict[str, Any], load: float, *, is_whole: bool
) -> str:
    """Write the results, and the pages after a complete run. Returns the tables."""
    tables = {}
    if "systems" in found:
        tables["systems"] = (
            systems.table(details["systems"]) + "\n\n" + figures.markdown(found["systems"])
        )
    others = [one for name, of in found.items() if name != "systems" for one in of]
    if others:
        tables["parts"] = figures.markdown(others)
    every = [one for of in found.values() for one in of]
    told = figures.write("bench", every, details, tables, load=load, is_quick=not is_whole)
    if is_whole:
        shown = {"capacity": capacity.table(capacity.costs(details))}
        figures.into_page(OPERATIONS, shown)
        figures.into_page(README, {"speed": systems.lines(details["systems"])})
    if "stages" in details:
        told += "\n\n" + stages.table(details["stages"])
    return told


if __name__ == "__main__":
    main()
