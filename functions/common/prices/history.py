"""A symbol's daily prices, as ingest fetches them and S3 stores them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, pairwise
from operator import attrgetter, lt
from typing import Any, overload

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from functions.common.errors import StockcastError
from functions.common.prices.instrument import UNKNOWN, Instrument

COLUMNS = ("date", "open", "high", "low", "close", "volume", "adj_close")
HEADER = ",".join(COLUMNS)
JSON_ONLY = b'[]"'
JSON_TO_CSV = ((b"null", b""), (b".0,", b","), (b".0\n", b"\n"))
"""What turns JSON arrays of dates and numbers into CSV lines: characters to remove, then texts to
replace."""
LOWEST, HIGHEST = 1e-9, 1e12
"""The range of plausible prices."""


class BadPricesError(StockcastError, title="Unreadable prices", slug="unreadable-prices"):
    """A price file is not in the format of `PriceHistory.to_csv`. The message names the line."""


def is_price(value: float) -> bool:
    """Whether `value` can be a price: finite, and from LOWEST to HIGHEST."""
    return LOWEST <= value <= HIGHEST


def are_within(column: Sequence[float], least: float, most: float) -> bool:
    """Whether all values are from `least` to `most`. A NaN is not."""
    if not column:
        return True
    total = sum(column)  # `min` and `max` ignore a NaN, but the sum does not
    return total == total and least <= min(column) and max(column) <= most  # noqa: PLR0124


def traded_scale(latest_first: Iterable[tuple[float | None, float]]) -> float:
    """The factor that scales adjusted closes so that they end at the last traded close.

    `latest_first` has pairs of close and adjusted close. Later splits and dividends lower all
    adjusted closes, even that of the last day. The scaled closes have the same returns but end at a
    price that was really paid. The factor comes from the latest row with a close. It is 1 if there
    is none.
    """
    for close, adjusted in latest_first:
        if close is not None and is_price(close) and is_price(adjusted):
            return close / adjusted
    return 1.0


class PriceRow(Struct, frozen=True):
    """One trading day. Prices are in the currency of the listing, and volume is in shares.

    `adj_close` is adjusted for splits and dividends. The other prices are as traded. A value is
    None if the source does not have it.
    """

    date: date
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float | None
    adj_close: float


class Rows(Sequence[PriceRow]):
    """Rows stored as columns, in the order of COLUMNS.

    A history has thousands of rows. A PriceRow is created only for rows that the caller accesses.
    """

    __slots__ = ("columns",)

    def __init__(self, columns: Iterable[Iterable[Any]] = ((),) * len(COLUMNS)) -> None:
        self.columns: tuple[tuple[Any, ...], ...] = tuple(map(tuple, columns))

    @classmethod
    def of(cls, rows: Iterable[PriceRow]) -> Rows:
        """`rows`, stored as columns."""
        if isinstance(rows, Rows):
            return rows
        columns = tuple(zip(*map(attrgetter(*COLUMNS), rows), strict=True))
        return cls(columns) if columns else cls()

    @property
    def dates(self) -> tuple[date, ...]:
        return self.columns[0]

    @property
    def adj_close(self) -> tuple[float, ...]:
        return self.columns[-1]

    @property
    def ascend(self) -> bool:
        """Whether each date is after the one before it."""
        return all(map(lt, self.dates, self.dates[1:]))

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, at: int) -> PriceRow: ...

    @overload
    def __getitem__(self, at: slice) -> Rows: ...

    def __getitem__(self, at: int | slice) -> PriceRow | Rows:
        chosen: list[Any] = [column[at] for column in self.columns]
        return Rows(chosen) if isinstance(at, slice) else PriceRow(*chosen)

    def __iter__(self) -> Iterator[PriceRow]:
        return map(PriceRow, *self.columns)

    def __add__(self, more: Rows) -> Rows:
        return Rows(map(chain, self.columns, more.columns))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Rows):
            return self.columns == other.columns
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self.columns)

    def __repr__(self) -> str:
        return f"Rows.of({list(self)!r})"


class PriceHistory(Struct, frozen=True):
    """The rows of one symbol, in ascending order, one per trading day.

    You can pass `rows` as any sequence of PriceRow. `notes` tells users about the rows, in full
    sentences. Raises BadPricesError if dates do not ascend or an adjusted close is not a price.
    """

    symbol: str
    rows: Rows
    notes: tuple[str, ...] = ()
    instrument: Instrument = UNKNOWN

    def __post_init__(self) -> None:
        force_setattr(self, "rows", Rows.of(self.rows))
        if not self.rows.ascend:
            days = pairwise(self.rows.dates)
            earlier, later = next(pair for pair in days if pair[0] >= pair[1])
            raise BadPricesError(f"{self.symbol}: {later} comes after {earlier}.")
        if not are_within(self.rows.adj_close, LOWEST, HIGHEST):
            row = next(row for row in self.rows if not is_price(row.adj_close))
            raise BadPricesError(
                f"{self.symbol}: the adjusted close of {row.date} is {row.adj_close:g},"
                f" but must be from {LOWEST:g} to {HIGHEST:g}."
            )

    def to_csv(self) -> bytes:
        """UTF-8 CSV with HEADER. Numbers have their shortest exact form: equal rows, equal text."""
        rows = zip(*self.rows.columns, strict=True)
        lines = msgspec.json.Encoder().encode_lines(rows).translate(None, JSON_ONLY)
        for json, csv_ in JSON_TO_CSV:
            lines = lines.replace(json, csv_)
        return HEADER.encode() + b"\n" + lines

    @classmethod
    def from_csv(
        cls,
        symbol: str,
        body: bytes,
        notes: tuple[str, ...] = (),
        instrument: Instrument = UNKNOWN,
    ) -> PriceHistory:
        """The inverse of to_csv. The CSV has only the rows, so pass notes and instrument.

        Raises BadPricesError, which names the line, if the CSV is wrong.
        """
        text = io.StringIO(body.decode("utf-8", errors="replace"), newline="")
        reader = csv.reader(text)
        try:
            if next(reader, None) != list(COLUMNS):
                raise BadPricesError(f"{symbol}, line 1: the header is not {HEADER}.")
            rows = [_row(symbol, reader.line_num, cells) for cells in reader]
        except csv.Error as error:
            raise BadPricesError(f"{symbol}, line {reader.line_num}: {error}.") from error
        return cls(symbol, Rows(zip(*rows, strict=True)) if rows else Rows(), notes, instrument)


def _row(symbol: str, line: int, cells: list[str]) -> tuple[Any, ...]:
    try:
        day, opened, high, low, close, volume, adjusted = cells
        numbers = map(_number, (opened, high, low, close, volume))
        return date.fromisoformat(day), *numbers, float(adjusted)
    except ValueError as error:
        message = f"{symbol}, line {line}: {error} in {','.join(cells)[:80]!r}."
        raise BadPricesError(message) from error


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
