"""Measured figures with their budgets, written as a table and a file."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from local.stack import ROOT

RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `met` is None if there is no budget."""

    name: str
    measured: str
    budget: str = ""
    met: bool | None = None


def under(name: str, mb: float, most: float) -> Figure:
    """An amount of memory that must be under `most` MB."""
    return Figure(name, f"{mb:.0f} MB", f"under {most} MB", mb < most)


def machine() -> dict[str, Any]:
    """The machine of the measurement, without its name."""
    cpuinfo = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else None
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cpu": named[1] if named else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory_gb),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def write(
    name: str,
    figures: Sequence[Figure],
    details: dict[str, Any],
    tables: Mapping[str, str],
    *,
    load: float,
    is_quick: bool,
) -> str:
    """Write the figures to RESULTS, and each table between its marks in PAGE. Returns the tables.

    `load` is the machine's load before. A quick run writes to other files and does not change PAGE.
    """
    about = {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "load_before": round(load, 2),
        **machine(),
    }
    RESULTS.mkdir(exist_ok=True)
    document = {"machine": about, "figures": [asdict(one) for one in figures], "details": details}
    to = RESULTS / (f"{name}-quick.json" if is_quick else f"{name}.json")
    to.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if not is_quick:
        into_page(PAGE, {f"{name} machine": _caption(about), **tables})
    return "\n\n".join((_caption(about), *tables.values()))


def into_page(page: Path, tables: Mapping[str, str]) -> None:
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        text = between_marks(text, name, table)
    page.write_text(text, encoding="utf-8")


def markdown(figures: Sequence[Figure]) -> str:
    verdicts = {None: "", True: "yes", False: "**no**"}
    rows = [
        f"| {one.name} | {one.measured} | {one.budget} | {verdicts[one.met]} |" for one in figures
    ]
    return "\n".join(["| figure | measured | goal | met |", "|---|---|---|---|", *rows])


def between_marks(text: str, name: str, table: str) -> str:
    """`text` with `table` between the marks of `name`. Raises ValueError if they are missing."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(start)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        message = f"The page has no {start} ... {end}."
        raise ValueError(message)
    return f"{before}{start}\n{table}\n{end}{after}"


def _caption(about: dict[str, Any]) -> str:
    return (
        f"Measured on {about['date']} on {about['cpu']}, {about['cores']} cores,"
        f" {about['memory_gb']} GB, {about['system']}, Python {about['python']}; the machine's load"
        f" before was {about['load_before']}."
    )
