"""Reads a column of dates in any usual format. All dates in it must have the same format."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from functions.ingest.uploads.refusal import UnreadableFileError, refuse, shown

EXAMPLE = "2013-03-01"
CURE = f"Write each date like {EXAMPLE}."
NO_DATE_CURE = f"{CURE} Remove the line if it is not a row of prices."
TIME = r"(?:[T ,]+\d{1,2}[:.]\d{2}.*)?"
YEAR_FIRST = rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){TIME}"
YEAR_LAST = (
    rf"(?P<a>\d{{1,2}})(?P<separator>[-/.])(?P<b>\d{{1,2}})[-/.](?P<y>\d{{4}}|\d{{2}}){TIME}"
)
COMPACT = r"(?P<y>(?:18|19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)"
EPOCH = r"-?\d{9,19}(?:\.\d+)?"
MONTH_NAME = r"(?=.*[A-Za-z]{3})[A-Za-z0-9 ,.\-]+"
SERIAL = r"[2-6]\d{4}"
"""Days since the end of 1899, which is how spreadsheets store dates."""
SHAPES = (YEAR_FIRST, YEAR_LAST, COMPACT, EPOCH, SERIAL, MONTH_NAME)
NAMED_FORMATS = (
    *("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d %b %y", "%b %d %y"),
    *("%a %b %d %Y", "%a %d %b %Y"),
)
EPOCH_UNITS = {13: "s", 16: "ms", 19: "us", 22: "ns"}
"""The unit of a timestamp with up to `key - 2` characters, including the sign."""
MOST_MONTHS = 12
SAMPLE_ROWS = 1000
FIRST_DAY = "1800-01-01"
ANYTHING_LIKE_A_DATE = re.compile(
    rf"(?:{'|'.join(re.sub(r'[?]P<[a-z]+>', '?:', each) for each in SHAPES[:4])}"
    r"|(?:\d{1,2}[ -])?[A-Za-z]{3,9}[ .-]{1,2}\d{1,2}.*|\d{1,2}[ -][A-Za-z]{3,9}[ -].*)"
)


def looks_like_date(cell: str) -> bool:
    """Whether a cell looks like a date in any format."""
    return bool(ANYTHING_LIKE_A_DATE.fullmatch(cell.strip()))


def dates_of(column: pd.Series, name: str, today: date) -> pd.Series:
    """The days in a text column, whose index has the line numbers.

    Raises UnreadableFileError if a date is unreadable or ambiguous.
    """
    text = column.str.strip()
    sample = text.head(SAMPLE_ROWS)
    shape = max(SHAPES, key=lambda each: sample.str.fullmatch(each).mean())
    _refuse_unreadable(~text.str.fullmatch(shape), text, name)
    if shape == EPOCH:
        days = _from_epoch(text)
    elif shape == SERIAL:
        days = pd.Timestamp("1899-12-30") + pd.to_timedelta(text.astype(int), unit="D")
    elif shape == MONTH_NAME:
        days = _from_names(text)
    else:
        parts = text.str.extract(shape)
        if shape == YEAR_LAST:
            parts = parts.assign(**_day_and_month(parts, name, text))
        days = _from_parts(parts)
    _refuse_bad(days, text, name, today)
    return days


def _from_parts(parts: pd.DataFrame) -> pd.Series:
    # As in POSIX, 69 to 99 mean 1969 to 1999.
    century = parts["y"].str[:2].ge("69").map({True: "19", False: "20"})
    year = parts["y"].where(parts["y"].str.len() > 2, century + parts["y"])  # noqa: PLR2004 - digits
    whole = year + "-" + parts["m"].str.zfill(2) + "-" + parts["d"].str.zfill(2)
    return pd.to_datetime(whole, format="%Y-%m-%d", errors="coerce")


def _day_and_month(parts: pd.DataFrame, name: str, text: pd.Series) -> dict[str, pd.Series]:
    """Which of the two numbers is the day and which the month, decided by the whole column."""
    first, second = parts["a"].astype(int), parts["b"].astype(int)
    day_first, month_first = first > MOST_MONTHS, second > MOST_MONTHS
    if day_first.any() and month_first.any():
        one, other = first.index[day_first][0], second.index[month_first][0]
        raise UnreadableFileError(
            f"{shown(text[other])} has the month first, but line {one}, {shown(text[one])},"
            " has the day first.",
            CURE,
            line=int(other),
            column=name,
            value=text[other],
        )
    # Dates with dots are always in the order day, month, year.
    if day_first.any() or (parts["separator"] == ".").all():
        return {"d": parts["a"], "m": parts["b"]}
    if month_first.any():
        return {"m": parts["a"], "d": parts["b"]}
    line, value = text.index[0], text.iloc[0]
    raise UnreadableFileError(
        f"{shown(value)} can be day/month or month/day, and no other date in the column shows"
        " which.",
        CURE,
        line=int(line),
        column=name,
        value=value,
    )


def _from_epoch(text: pd.Series) -> pd.Series:
    whole = text.str.partition(".")[0]
    digits = int(whole.str.len().max())
    unit = next(unit for most, unit in EPOCH_UNITS.items() if digits <= most - 2)
    moments = pd.to_datetime(pd.to_numeric(whole), unit=unit, errors="coerce")
    return moments.dt.normalize()


def _from_names(text: pd.Series) -> pd.Series:
    plain = text.str.replace(r"[,.\-\s]+", " ", regex=True).str.title()
    plain = plain.str.replace(r"\bSept\b", "Sep", regex=True)
    tried = [pd.to_datetime(plain, format=each, errors="coerce") for each in NAMED_FORMATS]
    return max(tried, key=lambda days: days.notna().sum())


def _refuse_bad(days: pd.Series, text: pd.Series, name: str, today: date) -> None:
    _refuse_unreadable(days.isna(), text, name)
    early, late = days < pd.Timestamp(FIRST_DAY), days > pd.Timestamp(today) + pd.Timedelta(days=1)
    refuse(
        early | late,
        text,
        name,
        lambda line: (
            f"{shown(text[line])} means {days[line]:%Y-%m-%d}, which is"
            f" {'in the future' if late[line] else 'before any market existed'}."
        ),
        f"Correct the date, or remove the line. {CURE}",
    )


def _refuse_unreadable(wrong: pd.Series, text: pd.Series, name: str) -> None:
    def problem(line: int) -> str:
        return f"{shown(text[line])} is not a date." if text[line] else "there is no date."

    refuse(wrong, text, name, problem, NO_DATE_CURE)
