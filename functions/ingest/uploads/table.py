"""Splits the text of a file into a header and rows of cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from functions.ingest.uploads.columns import is_known
from functions.ingest.uploads.dates import looks_like_date
from functions.ingest.uploads.numbers import is_missing
from functions.ingest.uploads.refusal import UnreadableFileError, shown

DELIMITERS = "\t;|,"
SAMPLE_LINES = 60
HEADER_LINES = 25
MOST_COLUMNS = 2000
SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(?P<delimiter>[\t;|,])\"?[\t;|,]*")
"""The line that Excel uses to declare the delimiter."""
PARSER_ROW = re.compile(r"(?:row|line) (\d+)")
NAMES_CURE = "Add a first line with the names of the columns, such as date,close."


@dataclass(frozen=True, eq=False)
class Table:
    """A table. The index of `cells` has the line numbers. Blank rows are left out.

    `names` has one list per header line. There are two if a line of tickers is above or below the
    column names, and none if the file has no header.
    """

    names: list[list[str]]
    cells: pd.DataFrame
    delimiter: str


def table_of(text: str, most_cells: int) -> Table:
    """The table in `text`. Raises UnreadableFileError if there is none or it is too large."""
    if text.count("\n") > most_cells:
        raise _too_many(f"{text.count(chr(10)):,} lines", most_cells)
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines) if line.strip(" \t\ufeff"))
    separator = SEPARATOR_LINE.fullmatch(lines[first])
    if separator:
        delimiter = separator["delimiter"]
        lines[first] = ""
    else:
        delimiter = _delimiter(lines[first:])
    widths = [line.count(delimiter) + 1 for line in lines]
    if max(widths) > MOST_COLUMNS:
        line = next(number for number, width in enumerate(widths, 1) if width > MOST_COLUMNS)
        message = f"there are {widths[line - 1]:,} cells."
        cure = f"The limit is {MOST_COLUMNS:,} columns. Leave some out."
        raise UnreadableFileError(message, cure, line=line)
    if max(widths) * len(lines) > most_cells:
        raise _too_many(f"{max(widths):,} columns and {len(lines):,} lines", most_cells)
    rows = _parsed("\n".join(lines), delimiter, max(widths))
    return _with_header(rows, delimiter)


def _too_many(what: str, most_cells: int) -> UnreadableFileError:
    cure = f"The limit is {most_cells:,} cells. Leave out columns or the oldest rows."
    return UnreadableFileError(f"The file has {what}.", cure)


def _delimiter(lines: list[str]) -> str:
    """The delimiter: the character that splits the most lines into the same number of cells."""
    sample = list(islice((line for line in lines if line.strip()), SAMPLE_LINES))

    def fit(delimiter: str) -> float:
        try:
            counts = Counter(len(cells) for cells in csv.reader(sample, delimiter=delimiter))
        except csv.Error:
            return 0.0
        width, lines_of_it = counts.most_common(1)[0]
        return lines_of_it / len(sample) if width > 1 else 0.0

    best = max(DELIMITERS, key=fit)
    if fit(best):
        return best
    message = f"{shown(sample[0])} has only one cell."
    raise UnreadableFileError(
        message, f"Separate the cells by commas, semicolons or tabs. {NAMES_CURE}", line=1
    )


def _parsed(text: str, delimiter: str, width: int) -> pd.DataFrame:
    try:
        rows = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=list(range(width)),
            index_col=False,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, ValueError) as error:
        message = str(error).removeprefix("Error tokenizing data. C error: ")
        place = PARSER_ROW.search(message)
        line = int(place[1]) + ("row" in place[0]) if place else None
        raise UnreadableFileError(
            f"the table cannot be read: {message}.", "Look for an unclosed quote.", line=line
        ) from error
    rows = rows.fillna("").astype(str)
    rows.index = rows.index + 1
    blank = (rows.apply(lambda column: column.str.strip()) == "").all(axis=1)
    return rows[~blank]


def _with_header(rows: pd.DataFrame, delimiter: str) -> Table:
    sample = rows.head(HEADER_LINES)
    height = _header_height(sample)
    if height == 0:
        return Table([], rows.loc[:, (rows != "").any()], delimiter)
    lines = [[cell.strip() for cell in cells] for cells in sample.head(height).to_numpy().tolist()]
    names = _names(lines)
    width = max(at + 1 for at in range(len(names[-1])) if any(line[at] for line in names))
    cells = rows.iloc[height:]
    _refuse_extra_cells(cells, width)
    return Table([line[:width] for line in names], cells.iloc[:, :width], delimiter)


def _header_height(sample: pd.DataFrame) -> int:
    """The number of rows above the first row of prices."""
    records = sample.to_numpy().tolist()
    for height, cells in enumerate(records):
        filled = [cell for cell in cells if cell.strip()]
        dates = [cell for cell in filled if looks_like_date(cell)]
        values = sum(any(map(str.isdigit, cell)) or is_missing(cell) for cell in filled)
        if dates and values > 1:
            return height
    # No date is readable. If there are column names, a later error names the first bad date.
    for height, cells in enumerate(records, 1):
        if sum(map(is_known, cells)) > 1:
            return height
    return 1


def _names(lines: list[list[str]]) -> list[list[str]]:
    """The header lines: the line of column names, and the line of tickers if there is one."""
    known = [line for line in lines if sum(map(is_known, filter(None, line[1:])))]
    if not known:
        known = [line for line in lines if sum(map(bool, line)) > 1] or lines
    fields = known[-1]
    for line in lines:
        if line is fields or not all(line[1 : _width(fields)]):
            continue
        tickers = line[1 : _width(fields)]
        if len(tickers) > 1 and not any(map(is_known, tickers)):
            return [fields, line]
    return [fields]


def _width(line: list[str]) -> int:
    return max((at + 1 for at, cell in enumerate(line) if cell), default=0)


def _refuse_extra_cells(cells: pd.DataFrame, width: int) -> None:
    """Raises UnreadableFileError if a row is longer than the header.

    Its cells could be in the wrong columns.
    """
    extra = (cells.iloc[:, width:] != "").any(axis=1)
    if extra.any():
        line = int(extra.index[extra][0])
        found = int((cells.loc[line] != "").to_numpy().nonzero()[0].max()) + 1
        raise UnreadableFileError(
            f"there are {found} cells, but {width} column names.",
            "Put numbers with commas in quotes, or name each column.",
            line=line,
        )
