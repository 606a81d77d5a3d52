"""Sorts the rows of one series, drops rows without a price, and notes each change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from functions.common.prices.history import HIGHEST, LOWEST
from functions.ingest.uploads.columns import PRICES
from functions.ingest.uploads.refusal import UnreadableFileError, listed, refuse, shown

ROUGHEST = 0.15
"""If the median daily change is larger than this, the values are counts such as volumes."""
FEWEST_MOVES = 10
DAILY_GAP = 5
"""If rows are this many days apart, they are not daily."""
NAMED_DAYS = 3


def price_column(frame: pd.DataFrame) -> str:
    """The column to forecast from."""
    return "adj_close" if "adj_close" in frame else "close"


def repaired(
    frame: pd.DataFrame, headers: dict[str, str], name: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The repaired rows: in ascending order, one per day, with positive prices. Also the notes.

    `frame` has a column `date` and line numbers as its index. `headers` has the file's own column
    names. Raises UnreadableFileError if a price is negative, or if no price is left.
    """
    notes: list[str] = []
    prices = [column for column in PRICES if column in frame]
    for column in prices:
        _refuse_impossible(frame, column, headers.get(column, name))
    frame = _without_zeros(frame, prices, notes)
    price = price_column(frame)
    missing = frame[price].isna()
    if missing.all():
        of = f" of {shown(name)}" if name else ""
        raise UnreadableFileError(f"There is no price{of}.", "Use a file with prices.")
    if missing.any():
        notes.append(f"Left out {_rows(missing.sum())} without a price{_on(frame, missing)}.")
        frame = frame[~missing]
    frame = _sorted(frame, notes)
    frame = _one_a_day(frame, notes)
    frame = _possible(frame, notes)
    if price == "close":
        notes.append("The file has no adjusted closes. Its closes are used as adjusted closes.")
    frame = frame.set_index("date")
    gap = frame.index.to_series().diff()[1:].dt.days.median() if len(frame) > 1 else 1
    if gap >= DAILY_GAP:
        notes.append(
            f"The rows are {gap:.0f} days apart, but each counts as one trading day. Do not trust"
            " the range. Use daily prices."
        )
    return frame, tuple(notes)


def similar(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The series of a wide file that have values.

    Raises UnreadableFileError, which names the series, if one cannot be prices.
    """
    there = {
        name: frame for name, frame in frames.items() if frame[price_column(frame)].notna().any()
    }
    for name, frame in there.items():
        price = price_column(frame)
        _refuse_impossible(frame, price, name)
        closes = frame.loc[frame[price] > 0].sort_values("date", kind="stable")[price]
        moves = np.abs(np.diff(np.log(closes.to_numpy())))
        if len(moves) >= FEWEST_MOVES and np.median(moves) > ROUGHEST:
            raise UnreadableFileError(
                f"the values change by {np.median(moves):.0%} on the median day, so they are not"
                " prices.",
                "Remove the column, or name the column of prices 'close'.",
                column=name,
            )
    if not there:
        message = f"There is no price in any of {listed(list(frames))}."
        raise UnreadableFileError(message, "Use a file with prices.")
    return there


def _refuse_impossible(frame: pd.DataFrame, column: str, header: str) -> None:
    """Raises UnreadableFileError for a value that is neither a price nor 0 (no price)."""
    values = frame[column]
    wrong = values.notna() & (values != 0) & ~values.between(LOWEST, HIGHEST)
    cells = values[wrong].map("{:g}".format)

    def problem(line: int) -> str:
        value = values[line]
        why = "negative" if value < 0 else "too small" if value < 1 else "too large"
        return f"{cells[line]} is {why} for a price."

    refuse(wrong, cells, header, problem, "Correct the cell, or remove the line.")


def _without_zeros(frame: pd.DataFrame, prices: list[str], notes: list[str]) -> pd.DataFrame:
    zeros = frame[prices] == 0
    if zeros.to_numpy().any():
        rows = zeros.any(axis=1)
        notes.append(
            f"{_rows(rows.sum())} with a price of 0, which counts as no price{_on(frame, rows)}."
        )
        frame = frame.assign(**frame[prices].mask(zeros))
    if "volume" in frame:
        frame = frame.assign(volume=frame["volume"].where(frame["volume"] >= 0))
    return frame


def _sorted(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if frame["date"].is_monotonic_increasing:
        return frame
    if frame["date"].is_monotonic_decreasing:
        notes.append("The file begins with the newest row. Stockcast sorted the rows by date.")
        frame = frame.iloc[::-1]
    else:
        notes.append("The rows of the file are not in order. Stockcast sorted them by date.")
    return frame.sort_values("date", kind="stable")


def _one_a_day(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    again = frame.duplicated("date", keep="last")
    if not again.any():
        return frame
    if again.mean() > 0.5:  # noqa: PLR2004 - several rows on most days
        notes.append("The file has several rows per day. The last row of each day counts.")
    else:
        notes.append(
            f"Left out {_rows(again.sum())} for a day that has another row{_on(frame, again)}."
        )
    return frame[~again]


def _possible(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if "high" not in frame or "low" not in frame:
        return frame
    wrong = frame["high"] < frame["low"]
    if wrong.any():
        notes.append(
            f"{_rows(wrong.sum())} with a high below the low. Both are left out{_on(frame, wrong)}."
        )
        frame = frame.assign(high=frame["high"].mask(wrong), low=frame["low"].mask(wrong))
    return frame


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _on(frame: pd.DataFrame, rows: pd.Series) -> str:
    """The days of some rows. If there are many, only the first ones."""
    days = [f"{day:%Y-%m-%d}" for day in frame["date"][rows].drop_duplicates()]
    more = " and more" if len(days) > NAMED_DAYS else ""
    return f" ({', '.join(days[:NAMED_DAYS])}{more})"
