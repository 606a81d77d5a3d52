"""Finds the series in a table: a single one, one per column, or one per symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions.ingest.uploads.columns import NAMES, OTHERS, VALUES, field_of, fields_of, key_of
from functions.ingest.uploads.dates import looks_like_date
from functions.ingest.uploads.refusal import UnreadableFileError, listed, shown
from functions.ingest.uploads.table import NAMES_CURE, Table

BINANCE = ("date", "open", "high", "low", "close", "volume", "close_time")
BINANCE_COLUMNS = 11
"""Binance's kline files have no header and 12 columns."""
TICKERS_LIKE_NAMES = frozenset({"LOW", "OPEN"})
CLOSE_CURE = "Name the column of prices 'close', or choose one with `column`."


@dataclass(frozen=True)
class Part:
    """The columns of one series, by field."""

    name: str
    fields: Mapping[str, int]


@dataclass(frozen=True)
class Layout:
    """The layout of a table.

    `names` are the column names. `parts` are the series. If there is a `symbol` column, its values
    name the series, and there is only one part. `notes` are about the whole file.
    """

    names: tuple[str, ...]
    date: int
    parts: tuple[Part, ...]
    symbol: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether each column is a separate series."""
        return len(self.parts) > 1 and self.symbol is None


def layout_of(table: Table, column: str = "") -> Layout:
    """The layout of the table. `column` names the column of closes that the user has chosen.

    Raises UnreadableFileError if there are no dates or no prices.
    """
    if not table.names:
        return _without_header(table)
    if len(table.names) > 1:
        return _with_tickers(*table.names)
    names = tuple(table.names[0])
    fields = fields_of(names)
    date = fields["date"] if "date" in fields else _column_of_dates(table, names)
    chosen = _named(column, names)
    if chosen is None or chosen == date:
        return _of_names(names, date, fields)
    own = Layout(names, date, (Part(names[chosen], {"close": chosen}),))
    try:
        layout = _of_names(names, date, fields)
    except UnreadableFileError:
        return own
    is_series = layout.is_wide and names[chosen] in [part.name for part in layout.parts]
    return layout if is_series else own


def _of_names(names: tuple[str, ...], date: int, fields: Mapping[str, int]) -> Layout:
    if "close" in fields or "adj_close" in fields:
        values = {field: fields[field] for field in VALUES if field in fields}
        used = {date, *values.values(), fields.get("symbol", date)}
        return Layout(names, date, (Part("", values),), fields.get("symbol"), _unused(names, used))
    return _without_close(names, date, fields.get("symbol"))


def _named(column: str, names: tuple[str, ...]) -> int | None:
    """The column with this name. Ignores case if no name matches exactly."""
    if not column:
        return None
    if column in names:
        return names.index(column)
    folded = [name.casefold() for name in names]
    return folded.index(column.casefold()) if column.casefold() in folded else None


def _without_close(names: tuple[str, ...], date: int, symbol: int | None) -> Layout:
    """The layout without a known close. One column is the close. Several are a series each."""
    others = [
        at
        for at, name in enumerate(names)
        if at != date and name and key_of(name) not in OTHERS and field_of(name) != "date"
    ]
    if symbol is not None:
        others.remove(symbol)
    known = [names[at] for at in others if field_of(names[at])]
    are_tickers = TICKERS_LIKE_NAMES.issuperset(known) and all(names[at].isupper() for at in others)
    if not others or (known and not are_tickers) or (symbol is not None and len(others) > 1):
        raise _no_close(names)
    if len(others) == 1:
        note = f"The column {shown(names[others[0]])} is used as the close."
        return Layout(names, date, (Part("", {"close": others[0]}),), symbol, (note,))
    for at in others:
        if [names[other] for other in others].count(names[at]) > 1:
            raise UnreadableFileError(
                f"{shown(names[at])} appears twice.", "Remove or rename one.", column=names[at]
            )
    return Layout(names, date, tuple(Part(names[at], {"close": at}) for at in others))


def _no_close(names: Sequence[str]) -> UnreadableFileError:
    message = f"None of the columns {listed([name for name in names if name])} is the close."
    return UnreadableFileError(message, CLOSE_CURE, line=1)


def _with_tickers(fields: list[str], tickers: list[str]) -> Layout:
    """The layout with two header lines, as in yfinance: a field and a ticker per column."""
    found: dict[str, dict[str, int]] = {}
    for at, (field, ticker) in enumerate(zip(fields[1:], tickers[1:], strict=False), 1):
        named = field_of(field)
        if named in VALUES and ticker:
            found.setdefault(ticker, {}).setdefault(named, at)
    parts = tuple(
        Part(ticker, columns)
        for ticker, columns in found.items()
        if {"close", "adj_close"} & set(columns)
    )
    if not parts:
        raise _no_close(fields)
    return Layout(("date", *fields[1:]), 0, parts)


def _without_header(table: Table) -> Layout:
    width = table.cells.shape[1]
    note = "The file has no column names. The first column is used as the date"
    if width == 2:  # noqa: PLR2004 - a date and a price
        names: tuple[str, ...] = ("date", "close")
        return Layout(
            names, 0, (Part("", {"close": 1}),), notes=(f"{note}, the second as the close.",)
        )
    first = table.cells.iloc[0, 0].strip()
    if width >= BINANCE_COLUMNS and first.isdigit():
        names = (*BINANCE, *(f"column {at + 1}" for at in range(len(BINANCE), width)))
        fields = {name: at for at, name in enumerate(BINANCE) if name in VALUES}
        notes = (f"{note}, and the others as Binance's open, high, low, close and volume.",)
        return Layout(names, 0, (Part("", fields),), notes=notes)
    message = f"there are {width} columns, but no line of column names above the first prices."
    raise UnreadableFileError(message, NAMES_CURE, line=int(table.cells.index[0]))


def _column_of_dates(table: Table, names: tuple[str, ...]) -> int:
    first = table.cells.head(5)
    for at in range(len(names)):
        cells = first.iloc[:, at].str.strip()
        if len(cells) and cells.map(looks_like_date).all() and not cells.str.isdigit().all():
            return at
    if "" in names and len(first) and first.iloc[:, names.index("")].map(looks_like_date).all():
        return names.index("")
    raise UnreadableFileError(
        f"None of the columns {listed([name for name in names if name])} contains dates.",
        "Name the column of dates 'date', and write dates like 2013-03-01.",
        line=1,
    )


def _unused(names: tuple[str, ...], used: set[int]) -> tuple[str, ...]:
    known = OTHERS.union(*NAMES.values())
    unused = [
        name
        for at, name in enumerate(names)
        if at not in used and name and key_of(name) not in known
    ]
    return (f"These columns are not used: {listed(unused)}.",) if unused else ()
