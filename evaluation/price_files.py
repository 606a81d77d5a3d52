"""Price series from a person's CSV files.

A file holds one symbol, `date,close[,open,high,low,adj_close,volume]` in any order, and is named
after it; or it is wide, `date` and one column of closes a symbol, where an empty cell is a day
without a price. Dates are ISO, ascending. Where there is no `adj_close`, `close` is taken to be
adjusted.
"""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from functions.common.errors import StockcastError
from functions.forecast.prices import csv_columns as price_csv
from functions.forecast.prices.series import PriceSeries
from functions.ingest.providers import sample

SAMPLE = "sample"
PRICES = ("open", "high", "low", "close", "adj_close")
KNOWN = {"date", "volume", *PRICES}
ALIASES = {"adj close": "adj_close", "adjusted_close": "adj_close", "adjclose": "adj_close"}
ENDINGS = (".csv", ".csv.gz")
ISO_LENGTH = 10


class BadPriceFileError(StockcastError):
    """A file is not prices of the expected shape; the message names file, line and cure."""

    title = "Bad price file"
    slug = "bad-price-file"

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        super().__init__(f"{path}{f', line {line}' if line else ''}: {problem}")


def load(source: str) -> list[PriceSeries]:
    """The series of `source`, "sample" or a folder of files or one file, ascending by symbol.

    Raises BadPriceFileError.
    """
    if source == SAMPLE:
        provider = sample.SampleProvider()
        return [
            price_csv.read(symbol, provider.fetch(symbol).history.to_csv())
            for symbol in sample.SYMBOLS
        ]
    path = Path(source)
    if path.is_dir():
        paths = sorted(each for each in path.iterdir() if each.name.lower().endswith(ENDINGS))
        if not paths:
            raise BadPriceFileError(path, None, "the folder holds no .csv or .csv.gz file.")
    elif path.is_file():
        paths = [path]
    else:
        problem = f"there is no such file or folder; give one, or {SAMPLE!r}."
        raise BadPriceFileError(path, None, problem)
    found: dict[str, PriceSeries] = {}
    for each in paths:
        for series in read(each):
            if series.symbol in found:
                raise BadPriceFileError(each, None, f"{series.symbol} is in another file as well.")
            found[series.symbol] = series
    return [found[symbol] for symbol in sorted(found)]


def read(path: Path) -> list[PriceSeries]:
    """The series in one file. Raises BadPriceFileError."""
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
            return _parse(path, csv.reader(lines, strict=True))
    except (UnicodeDecodeError, OSError, EOFError, zlib.error, csv.Error) as error:
        raise BadPriceFileError(path, None, f"cannot be read as CSV: {error}.") from error


class _Rows:
    """The cells of a file, checked one line at a time."""

    def __init__(self, path: Path, lines: Iterator[list[str]], header: list[str]) -> None:
        self._path, self._lines, self._header = path, lines, header
        self._date = [name.strip().lower() for name in header].index("date")

    def __iter__(self) -> Iterator[tuple[int, str, list[str]]]:
        """Line number, ISO date and all cells of each row that is not blank."""
        last = ""
        number = 1
        try:
            for number, cells in enumerate(self._lines, start=2):
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(self._header):
                    problem = f"has {len(cells)} cells, the header has {len(self._header)}."
                    raise BadPriceFileError(self._path, number, problem)
                day = self._iso(number, cells[self._date].strip())
                if day <= last:
                    problem = f"{day} does not come after {last}; sort by date, one row a day."
                    raise BadPriceFileError(self._path, number, problem)
                last = day
                yield number, day, cells
        except csv.Error as error:
            raise BadPriceFileError(self._path, number + 1, f"{error}.") from error

    def _iso(self, number: int, text: str) -> str:
        day, time = text[:ISO_LENGTH], text[ISO_LENGTH:]
        try:
            parsed = date.fromisoformat(day)
        except ValueError:
            parsed = None
        if parsed is None or parsed.isoformat() != day or (time and time[0] not in "T "):
            problem = f"date {text!r} is not like 2013-03-01."
            raise BadPriceFileError(self._path, number, problem)
        return day

    def price(self, number: int, name: str, text: str, *, needed: bool) -> float:
        """A cell as a positive number, NaN where it is empty and may be."""
        text = text.strip()
        if not text and not needed:
            return math.nan
        try:
            price = math.nan if "_" in text else float(text)
        except ValueError:
            price = math.nan
        if not (price > 0 and math.isfinite(price)):
            problem = f"{name} {text!r} is not a positive number."
            raise BadPriceFileError(self._path, number, problem)
        return price


def _parse(path: Path, lines: Iterator[list[str]]) -> list[PriceSeries]:
    header = next(lines, None)
    if not header:
        raise BadPriceFileError(path, 1, "the file is empty; its first line must name the columns.")
    names = [ALIASES.get(name.strip().lower(), name.strip().lower()) for name in header]
    titles = [
        name if name in KNOWN else title.strip() for name, title in zip(names, header, strict=True)
    ]
    for title in titles:
        if titles.count(title) > 1:
            raise BadPriceFileError(path, 1, f"the column {title!r} is there twice.")
    if "date" not in names:
        raise BadPriceFileError(path, 1, f"there is no column 'date' in {','.join(header)!r}.")
    rows = _Rows(path, lines, header)
    if "close" in names:
        return [_one_symbol(path, names, rows)]
    symbols = [name.strip() for name in header]
    symbols.pop(names.index("date"))
    known = KNOWN.issuperset(names) and not all(map(str.isupper, symbols))
    if not all(symbols) or known:  # but LOW and OPEN are tickers
        problem = f"{','.join(header)!r} has no column 'close', nor a symbol on each column."
        raise BadPriceFileError(path, 1, problem)
    return _wide(path, names.index("date"), symbols, rows)


def _one_symbol(path: Path, names: list[str], rows: _Rows) -> PriceSeries:
    columns: dict[str, list[float]] = {name: [] for name in PRICES if name in names}
    places = {name: names.index(name) for name in columns}
    adjusted = "adj_close" if "adj_close" in columns else "close"
    dates = []
    for number, day, cells in rows:
        dates.append(day)
        for name, column in columns.items():
            needed = name in {"close", adjusted}
            column.append(rows.price(number, name, cells[places[name]], needed=needed))
        if "high" in columns and "low" in columns and columns["high"][-1] < columns["low"][-1]:
            raise BadPriceFileError(path, number, "high is below low.")
    ending = next(each for each in (*reversed(ENDINGS), "") if path.name.lower().endswith(each))
    symbol = path.name[: len(path.name) - len(ending)].upper()
    return _series(path, symbol, dates, columns[adjusted], columns)


def _wide(path: Path, date_at: int, symbols: list[str], rows: _Rows) -> list[PriceSeries]:
    dates: dict[str, list[str]] = {symbol: [] for symbol in symbols}
    closes: dict[str, list[float]] = {symbol: [] for symbol in symbols}
    for number, day, cells in rows:
        del cells[date_at]
        for symbol, cell in zip(symbols, cells, strict=True):
            price = rows.price(number, symbol, cell, needed=False)
            if not math.isnan(price):
                dates[symbol].append(day)
                closes[symbol].append(price)
    return [_series(path, each, dates[each], closes[each], {}) for each in symbols]


def _series(
    path: Path,
    symbol: str,
    dates: list[str],
    adjusted: list[float],
    columns: dict[str, list[float]],
) -> PriceSeries:
    if not dates:
        raise BadPriceFileError(path, None, f"there is no price of {symbol}.")
    none = np.full(len(dates), np.nan)

    def column(name: str) -> NDArray[np.float64]:
        return np.array(columns[name]) if name in columns else none

    return PriceSeries(
        symbol,
        np.array(dates, dtype="datetime64[D]"),
        open=column("open"),
        high=column("high"),
        low=column("low"),
        close=column("close") if columns else np.array(adjusted),
        volume=none,
        adjusted_close=np.array(adjusted),
    )
