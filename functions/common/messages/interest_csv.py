"""Reads search interest over time from a short CSV file that Google Trends exports.

    Category: All categories

    Week,apple: (United States)
    2012-03-04,45
    2012-03-11,<1

The first column is named Day, Week, Month or Time. A month has the form 2012-03.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from itertools import pairwise

from msgspec import Struct

from functions.common.errors import InvalidFieldError

PERIODS = frozenset({"day", "week", "month", "time"})
DAY = re.compile(r"([0-9]{4}-[0-9]{2})(-[0-9]{2})?(?:[T ].*)?")
BELOW_ONE = 0.5
"""The value of `<1`."""

FEWEST_ROWS = 10
MOST_CHARACTERS = 60_000
MOST_TERM_CHARACTERS = 60


class Interest(Struct, frozen=True):
    """Interest in `term`, from 0 to 100. `dates` are the ISO start dates, in ascending order."""

    term: str
    dates: tuple[str, ...]
    values: tuple[float, ...]


def read(text: str, field: str) -> Interest:
    """The interest in an exported CSV. Raises InvalidFieldError about `field` if it is wrong."""
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    try:
        header = next((row for row in rows if row and row[0].strip().lower() in PERIODS), [])
        pairs = [_pair(row, rows.line_num, field) for row in rows if row]
    except csv.Error as error:
        message = f"is not valid CSV in line {rows.line_num}: {error}."
        raise InvalidFieldError(field, message) from error
    term = header[1].split(": (")[0].strip() if len(header) > 1 else ""
    if not term:
        message = (
            "is not the CSV that Google Trends exports for 'Interest over time': no line begins"
            " with Day, Week, Month or Time and names a search term."
        )
        raise InvalidFieldError(field, message)
    if len(pairs) < FEWEST_ROWS:
        raise InvalidFieldError(field, f"has {len(pairs)} rows, but needs at least {FEWEST_ROWS}.")
    for (earlier, _), (later, _) in pairwise(pairs):
        if later <= earlier:
            raise InvalidFieldError(field, f"has {later} after {earlier}; dates must ascend.")
    return Interest(
        term[:MOST_TERM_CHARACTERS],
        tuple(day for day, _ in pairs),
        tuple(value for _, value in pairs),
    )


def _pair(row: list[str], line: int, field: str) -> tuple[str, float]:
    cell = row[1].strip() if len(row) > 1 else ""
    try:
        day = _day(row[0].strip())
        value = BELOW_ONE if cell == "<1" else float(cell)
    except ValueError:
        day, value = "", -1.0
    if not 0.0 <= value <= 100.0:  # noqa: PLR2004 - Google Trends' scale
        message = f"line {line} must be a date and a number from 0 to 100, not {','.join(row)!r}."
        raise InvalidFieldError(field, message[:200])
    return day, value


def _day(cell: str) -> str:
    """The first day of a period. Raises ValueError if `cell` is not a date."""
    written = DAY.fullmatch(cell)
    if not written:
        raise ValueError(cell)
    return date.fromisoformat(written[1] + (written[2] or "-01")).isoformat()
