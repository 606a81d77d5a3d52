"""Writes a result as a CSV table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

BOUNDS = ("lo50", "hi50", "lo80", "hi80", "lo95", "hi95")
COLUMNS = ("date", "kind", "close", "fitted", "mean", *BOUNDS)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A spreadsheet reads text that starts like this as a formula. The last four are full-width forms.
"""


def table(result: Mapping[str, Any]) -> str:
    """CSV with a header: the forecast or the table of an analysis. Missing values are empty."""
    return _of_analysis(result) if "table" in result else _of_forecast(result)


def _of_forecast(result: Mapping[str, Any]) -> str:
    """One row for each trading day, past and future."""
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


def _of_analysis(result: Mapping[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows(
        [without_formula(cell) if isinstance(cell, str) else cell for cell in row]
        for row in (result["table"]["columns"], *result["table"]["rows"])
    )
    return out.getvalue()


def without_formula(text: str) -> str:
    """`text` in a form that spreadsheets do not run as a formula (OWASP, "CSV Injection")."""
    return f"'{text}" if text.startswith(FORMULA) else text
