"""Reads columns of numbers in any usual notation. The whole file must use the same one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.ingest.uploads.refusal import UnreadableFileError, shown

if TYPE_CHECKING:
    import pandas as pd

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
MOST_SHOWN = 200


def is_missing(cell: str) -> bool:
    """Whether a cell means that the value is missing."""
    return cell.strip().lower() in MISSING


@dataclass(frozen=True)
class Notation:
    """The notation of numbers: `decimal` is the decimal separator."""

    decimal: str = "."

    @classmethod
    def of(cls, columns: Sequence[pd.Series], delimiter: str) -> Notation:
        """The notation of all `columns` together. Raises UnreadableFileError if ambiguous."""
        import pandas as pd

        cells = pd.concat(columns).rename_axis("line").rename("text").reset_index()
        cells["bare"] = cells["text"].str.replace(DECORATION, "", regex=True)
        cells["bare"] = cells["bare"].str.rstrip("KMBTkmbt%")
        told = cells["bare"].str.contains(",") | (cells["bare"].str.count(r"\.") > 1)
        cells = cells[told]
        if cells.empty:
            return cls()
        comma = cells[_is_decimal(cells["bare"], ",", ".")]
        point = cells[_is_decimal(cells["bare"], ".", ",")]
        if len(comma) and len(point):
            one, other = comma.iloc[0], point.iloc[0]
            raise UnreadableFileError(
                f"{shown(one.text)} has a decimal comma, but line {other.line},"
                f" {shown(other.text)}, has a decimal point.",
                ALIKE,
                line=int(one.line),
                value=one.text[:MOST_SHOWN],
            )
        if len(comma):
            return cls(",")
        # The remaining case is 1,234. In a comma-separated file, it can only be quoted thousands.
        if len(point) or delimiter == ",":
            return cls()
        one = cells.iloc[0]
        raise UnreadableFileError(
            f"{shown(one.text)} can have a decimal comma or a thousands separator, and no other"
            " number in the file shows which.",
            ALIKE,
            line=int(one.line),
            value=one.text[:MOST_SHOWN],
        )


def numbers_of(
    column: pd.Series, name: str, notation: Notation, *, with_units: bool = False
) -> pd.Series:
    """The numbers in `column`. A missing value becomes NaN.

    Raises UnreadableFileError for the first cell that is not a number.
    """
    import numpy as np
    import pandas as pd

    if notation.decimal == ".":
        plain = column.where(column.str.fullmatch(PLAIN), None)
        numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
        numbers = numbers.mask(numbers.isna() & plain.notna(), np.inf)  # pandas versions differ
        left = column[numbers.isna()]
    else:
        numbers = pd.Series(np.nan, index=column.index, dtype="float64")
        left = column
    left = left[~left.str.strip().str.lower().isin(MISSING)]
    if left.empty:
        return _finite(numbers, column, name)
    read = _decorated(left, notation, with_units=with_units)
    bad = read.isna()
    if bad.any():
        line = bad.index[bad][0]
        problem = f"{shown(left[line])} is not a number."
        raise UnreadableFileError(
            problem, CURE, line=int(line), column=name, value=str(left[line])[:MOST_SHOWN]
        )
    numbers[read.index] = read
    return _finite(numbers, column, name)


def _finite(numbers: pd.Series, column: pd.Series, name: str) -> pd.Series:
    import numpy as np

    infinite = np.isinf(numbers)
    if infinite.any():
        line = numbers.index[infinite][0]
        value = str(column[line])[:MOST_SHOWN]
        problem = f"{shown(value)} is too large for a price."
        raise UnreadableFileError(problem, CURE, line=int(line), column=name, value=value)
    return numbers


def _decorated(cells: pd.Series, notation: Notation, *, with_units: bool) -> pd.Series:
    import pandas as pd

    bare = cells.str.replace(DECORATION, "", regex=True)
    factor = pd.Series(1.0, index=bare.index)
    if with_units:
        unit = bare.str[-1:].str.upper()
        factor = unit.map(UNITS).fillna(1.0).astype("float64")
        bare = bare.where(~unit.isin(list(UNITS)), bare.str[:-1])
    thousands = "," if notation.decimal == "." else "."
    whole = bare.str.partition(notation.decimal)[0]
    grouped = whole.str.fullmatch(GROUPS.format(re.escape(thousands)))
    bare = bare.where(~grouped, bare.str.replace(thousands, "", regex=False))
    if notation.decimal == ",":
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
