"""Reads a price file in any usual format, and repairs what it can."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from functions.common.prices.history import PriceRow
from functions.ingest.uploads import repairs
from functions.ingest.uploads.columns import VALUES
from functions.ingest.uploads.dates import dates_of
from functions.ingest.uploads.layout import Layout, Part, layout_of
from functions.ingest.uploads.limits import LOCAL, Limits
from functions.ingest.uploads.numbers import decimal_separator, numbers_of
from functions.ingest.uploads.refusal import UnreadableFileError, listed, refuse, shown
from functions.ingest.uploads.table import MOST_COLUMNS, Table, table_of
from functions.ingest.uploads.text import text_of

FIELDS = ("open", "high", "low", "close", "volume", "adj_close")


@dataclass(frozen=True, eq=False)
class Asset:
    """The repaired daily prices of one series, in ascending order, one row per day.

    `frame` has those columns of FIELDS that the file has. Missing values are NaN. If there are no
    adjusted closes, the closes count as adjusted.
    """

    name: str
    frame: pd.DataFrame
    notes: tuple[str, ...]

    def rows(self) -> tuple[PriceRow, ...]:
        """The prices as rows that ingest can store."""
        adjusted = self.frame[repairs.price_column(self.frame)]
        cells = self.frame.assign(adj_close=adjusted).reindex(columns=list(FIELDS)).astype(object)
        known = cells.where(cells.notna(), None)
        return tuple(PriceRow(day.date(), *row) for day, *row in known.itertuples())


@dataclass(frozen=True, eq=False)
class PriceFile:
    """The content of a file: its series by name.

    `columns` lists the fields if there is one series. Otherwise, it lists the names of the series.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    _series: dict[str, pd.DataFrame] = field(repr=False)
    _headers: dict[str, str] = field(repr=False)

    def asset(self, name: str) -> Asset:
        """The series with this name.

        Raises UnreadableFileError if it has no price or a negative one.
        """
        frame, notes = repairs.repaired(self._series[name], self._headers, name)
        return Asset(name, frame, (*self.notes, *notes))

    def chosen(self, column: str) -> Asset:
        """The series that `column` names, or the only one.

        Raises UnreadableFileError, which names all series, if there is no such series.
        """
        if not column and len(self.names) == 1:
            return self.asset(self.names[0])
        folded = {name.casefold(): name for name in self.names}
        if column in self.names or column.casefold() in folded:
            return self.asset(column if column in self.names else folded[column.casefold()])
        there = f"The file has {len(self.names)} series: {listed(list(self.names))}."
        if column and len(self.names) == 1:
            message = f"There is no column {shown(column)}."
            raise UnreadableFileError(message, "Leave out `column`: the file has one series.")
        if column:
            there = f"There is no column {shown(column)}. {there}"
        raise UnreadableFileError(there, "Choose one with `column`.")


def read(body: bytes, today: date, *, column: str = "", limits: Limits = LOCAL) -> PriceFile:
    """The prices in a file. `column` chooses the column of closes, or the series.

    No date may be later than `today`. Raises UnreadableFileError if the file cannot be read.
    """
    table = table_of(text_of(body, limits.bytes), limits.cells)
    layout = layout_of(table, column)
    if table.cells.empty:
        message = f"there are column names, {listed(list(layout.names))}, but no rows."
        raise UnreadableFileError(message, "Use a file with prices.", line=1)
    days = dates_of(table.cells.iloc[:, layout.date], layout.names[layout.date], today)
    values = _values(table, layout)
    if layout.symbol is not None:
        return _long(table, layout, days, values)
    frames = {part.name: _frame(part, values, days) for part in layout.parts}
    return _file(repairs.similar(frames) if layout.is_wide else frames, layout)


def _frame(part: Part, values: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
    """The columns of one series by field, with the days in `date`."""
    columns = values[list(part.fields.values())].set_axis(list(part.fields), axis=1)
    return columns.assign(date=days)


def _values(table: Table, layout: Layout) -> pd.DataFrame:
    """The numbers in each column that a part uses."""
    used = {at: name for part in layout.parts for name, at in part.fields.items()}
    cells = {at: table.cells.iloc[:, at] for at in used}
    decimal = decimal_separator(list(cells.values()), table.delimiter)
    return pd.DataFrame(
        {
            at: numbers_of(cells[at], layout.names[at], decimal, with_units=name == "volume")
            for at, name in used.items()
        }
    )


def _long(table: Table, layout: Layout, days: pd.Series, values: pd.DataFrame) -> PriceFile:
    """The file with one series per value in the symbol column."""
    assert layout.symbol is not None  # noqa: S101 - for the type checker; `read` has looked
    (part,) = layout.parts
    named = table.cells.iloc[:, layout.symbol].str.strip()
    column, cure = layout.names[layout.symbol], "Add the symbol, or remove the line."
    refuse(named == "", named, column, lambda _: "the row has no symbol.", cure)
    if named.nunique() > MOST_COLUMNS:
        raise UnreadableFileError(
            f"The column {shown(column)} names {named.nunique():,} series.",
            f"The limit is {MOST_COLUMNS:,}. Leave some out.",
        )
    series = _frame(part, values, days).groupby(named, sort=False)
    return _file({str(name): rows for name, rows in series}, layout)


def _file(frames: dict[str, pd.DataFrame], layout: Layout) -> PriceFile:
    names = columns = tuple(frames)
    if len(names) == 1:
        columns = ("date", *(name for name in VALUES if name in frames[names[0]]))
    fields = {} if layout.is_wide else layout.parts[0].fields
    headers = {name: layout.names[at] for name, at in fields.items()}
    return PriceFile(names, columns, layout.notes, frames, headers)
