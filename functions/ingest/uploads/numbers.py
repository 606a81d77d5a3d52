"""Reads columns of numbers in any usual notation. The whole file must use the same one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from functions.ingest.uploads.refusal import MOST_OF_A_VALUE, UnreadableFileError, refuse, shown

MISSING = frozenset(
    {
        *("", "-", "--", ".", "nan", "na", "n/a", "#n/a", "n/d", "null", "none", "nil", "nd"),
        *("#value!", "#ref!", "#div/0!", "#error!", "loading...", "\u2013", "\u2014"),
    }
)
"""The ways to write a missing value, in lowercase."""
CURRENCIES = "USD|EUR|GBP|CHF|JPY"
SIGNS = r"[\s\u00a0\u202f\u2009'\u2019\"$\u20ac\u00a3\u00a5\u20b9]"
DECORATION = rf"{SIGNS}|^(?:{CURRENCIES})|(?:{CURRENCIES})$"
"""Characters to ignore in and around a number, such as spaces and apostrophes between thousands."""
PLAIN = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
GROUPS = r"[+-]?\d{{1,3}}(?:{0}\d{{3}})+"
UNITS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
CURE = "Correct the cell, or leave it empty."
ALIKE = "Write all numbers the same way, such as 1234.56."


def is_missing(cell: str) -> bool:
    """Whether a cell means that the value is missing."""
    return cell.strip().lower() in MISSING


def decimal_separator(columns: Sequence[pd.Series], delimiter: str) -> str:
    """The decimal separator of all `columns`. Raises UnreadableFileError if it is ambiguous."""
    cells = pd.concat(columns).rename_axis("line").rename("text").reset_index()
    cells["bare"] = cells["text"].str.replace(DECORATION, "", regex=True)
    cells["bare"] = cells["bare"].str.rstrip("KMBTkmbt%")
    cells = cells[cells["bare"].str.contains(",") | (cells["bare"].str.count(r"\.") > 1)]
    comma = cells[_is_decimal(cells["bare"], ",", ".")]
    point = cells[_is_decimal(cells["bare"], ".", ",")]
    if len(comma) and len(point):
        one, other = comma.iloc[0], point.iloc[0]
        opposite = f"line {other.line}, {shown(other.text)}, has a decimal point."
        raise _ambiguous(one, f"has a decimal comma, but {opposite}")
    if len(comma):
        return ","
    # The remaining case is 1,234. In a comma-separated file, it can only be quoted thousands.
    if cells.empty or len(point) or delimiter == ",":
        return "."
    raise _ambiguous(
        cells.iloc[0],
        "can have a decimal comma or a thousands separator, and no other number in the file shows"
        " which.",
    )


def _ambiguous(cell: pd.Series, problem: str) -> UnreadableFileError:
    text = cell["text"]
    return UnreadableFileError(
        f"{shown(text)} {problem}", ALIKE, line=int(cell["line"]), value=text[:MOST_OF_A_VALUE]
    )


def numbers_of(
    column: pd.Series, name: str, decimal: str, *, with_units: bool = False
) -> pd.Series:
    """The numbers in `column`. A missing value becomes NaN.

    Raises UnreadableFileError for the first cell that is not a number.
    """
    if decimal == ".":
        plain = column.where(column.str.fullmatch(PLAIN), None)
        numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
        numbers = numbers.mask(numbers.isna() & plain.notna(), np.inf)  # pandas versions differ
        left = column[numbers.isna()]
    else:
        numbers = pd.Series(np.nan, index=column.index, dtype="float64")
        left = column
    left = left[~left.str.strip().str.lower().isin(MISSING)]
    if not left.empty:
        read = _decorated(left, decimal, with_units=with_units)
        refuse(read.isna(), left, name, lambda line: f"{shown(left[line])} is not a number.", CURE)
        numbers[read.index] = read
    refuse(
        np.isinf(numbers),
        column,
        name,
        lambda line: f"{shown(column[line])} is too large for a price.",
        CURE,
    )
    return numbers


def _decorated(cells: pd.Series, decimal: str, *, with_units: bool) -> pd.Series:
    bare = cells.str.replace(DECORATION, "", regex=True)
    factor = pd.Series(1.0, index=bare.index)
    if with_units:
        unit = bare.str[-1:].str.upper()
        factor = unit.map(UNITS).fillna(1.0).astype("float64")
        bare = bare.where(~unit.isin(list(UNITS)), bare.str[:-1])
    thousands = "," if decimal == "." else "."
    whole = bare.str.partition(decimal)[0]
    grouped = whole.str.fullmatch(GROUPS.format(re.escape(thousands)))
    bare = bare.where(~grouped, bare.str.replace(thousands, "", regex=False))
    if decimal == ",":
        bare = bare.where(~bare.str.contains(".", regex=False), None)
        bare = bare.str.replace(",", ".", regex=False)
    bare = bare.where(bare.str.fullmatch(PLAIN), None)
    return pd.to_numeric(bare, errors="coerce").astype("float64") * factor


def _is_decimal(bare: pd.Series, decimal: str, thousands: str) -> pd.Series:
    """Which numbers are only valid if `decimal` is the decimal separator."""
    point, group = re.escape(decimal), re.escape(thousands)
    both = bare.str.fullmatch(rf"[+-]?\d{{1,3}}(?:{group}\d{{3}})+{point}\d*")
    repeated = bare.str.fullmatch(rf"[+-]?\d{{1,3}}(?:{group}\d{{3}}){{2,}}")
    alone = bare.str.fullmatch(rf"[+-]?(?:\d*{point}\d+|0{point}\d*)") & ~bare.str.fullmatch(
        rf"[+-]?[1-9]\d{{0,2}}{point}\d{{3}}"
    )
    return both | repeated | alone
