"""A result as a table: one row a trading day, past and future."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

BOUNDS = ("lo50", "hi50", "lo80", "hi80", "lo95", "hi95")
COLUMNS = ("date", "kind", "close", "fitted", "mean", *BOUNDS)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that begins so for a formula."""


def table(result: Mapping[str, Any]) -> str:
    """CSV with a header; empty cells where a day has no such value."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    history, forecast = result["history"], result["forecast"]
    for day, close, fitted in zip(
        history["dates"], history["close"], history["fitted"], strict=True
    ):
        row = {"date": day, "kind": "history", "close": close}
        writer.writerow(row if fitted is None else {**row, "fitted": fitted})
    for index, day in enumerate(forecast["dates"]):
        values = {name: forecast[name][index] for name in ("mean", *BOUNDS)}
        writer.writerow({"date": day, "kind": "forecast", **values})
    return out.getvalue()


def inert(text: str) -> str:
    """`text` as a cell that no spreadsheet evaluates (OWASP, "CSV Injection")."""
    return f"'{text}" if text.startswith(FORMULA) else text
