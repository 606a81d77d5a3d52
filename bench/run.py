"""`make bench`: measures all figures in turns with the baseline, and writes a table and a page.

python -m bench.run [--quick] [--only NAME ...]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import (
    batches,
    capacity,
    cold_start,
    figures,
    memory,
    single_core,
    stages,
    warm_forecasts,
    watchers,
)
from bench.figures import Figure
from bench.world import ROOT, World, stockcast

OPERATIONS = ROOT / "docs" / "operations.md"
Measured = tuple[list[Figure], dict[str, Any]]


def peers(world: World, *, is_quick: bool) -> Measured:
    """Compare with Celery, Dramatiq and FastAPI, which `make bench` installs."""
    from bench.peers import measure

    return measure.measure(world, is_quick=is_quick)


ON_ONE_STACK: dict[str, Callable[..., Measured]] = {
    "warm": warm_forecasts.measure,
    "core": single_core.measure,
    "watchers": watchers.measure,
    "cold": cold_start.measure,
    "peers": peers,
}
NAMES = (*ON_ONE_STACK, "memory", "batches", "stages")
WITHOUT_LIMITS = {"STREAM_LIMIT": "0", "BACKLOG_LIMIT": "0"}


def run(*, is_quick: bool, only: tuple[str, ...] = NAMES) -> tuple[list[Figure], dict[str, Any]]:
    """Measure the parts in `only`. Returns their figures and details."""
    found: list[Figure] = []
    details: dict[str, Any] = {}

    def keep(name: str, measured: Measured) -> None:
        found.extend(measured[0])
        details[name] = measured[1]

    if set(only) - {"batches", "stages"}:
        with stockcast(WITHOUT_LIMITS) as world:
            _on_one_stack(world, only, keep, is_quick=is_quick)
    if "batches" in only:
        _tell("batches")
        keep("batches", batches.measure(is_quick=is_quick))
    if "stages" in only:
        _tell("stages")
        details["stages"] = stages.measure(1 if is_quick else 5)
    return found, details


def _on_one_stack(
    world: World, only: tuple[str, ...], keep: Callable[[str, Measured], None], *, is_quick: bool
) -> None:
    rest = memory.at_rest(world)
    for name, measure in ON_ONE_STACK.items():
        if name in only:
            _tell(name)
            world.clear()
            keep(name, measure(world, is_quick=is_quick))
    if "memory" in only:
        _tell("memory")
        world.clear()
        keep("memory", memory.measure(world, rest, is_quick=is_quick))


def _tell(name: str) -> None:
    print(f"measuring {name} ...", file=sys.stderr, flush=True)


def main() -> None:
    """Measure the figures and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="a short run that does not change the page"
    )
    parser.add_argument(
        "--only", nargs="+", choices=NAMES, default=NAMES, help="run only these parts"
    )
    given = parser.parse_args()
    load, started = os.getloadavg()[0], time.perf_counter()
    found, details = run(is_quick=given.quick, only=tuple(given.only))
    is_whole = not given.quick and len(given.only) == len(NAMES)
    details["load_before"] = load
    print(figures.write("bench", found, details, is_quick=not is_whole))
    if is_whole:
        shown = capacity.table(details["warm"]["cpu_ms_a_forecast"])
        text = figures.between_marks(OPERATIONS.read_text(encoding="utf-8"), "capacity", shown)
        OPERATIONS.write_text(text, encoding="utf-8")
    if "stages" in details:
        print("\n" + stages.table(details["stages"]))
    print(f"\n{time.perf_counter() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
