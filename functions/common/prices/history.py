"""A symbol's daily prices as ingest gets them and S3 keeps them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from functions.common.errors import StockcastError
from functions.common.prices.instrument import UNKNOWN, Instrument

COLUMNS = ("date", "open", "high", "low", "close", "volume", "adj_close")
HEADER = ",".join(COLUMNS)
LOWEST, HIGHEST = 1e-9, 1e12
"""Prices beyond these are no prices of a share."""


class BadPricesError(StockcastError):
    """A price file is not as `PriceHistory.to_csv` writes it; the message names the line."""

    title = "Unreadable prices"
    slug = "unreadable-prices"


def is_price(value: float) -> bool:
    """Whether `value` may be the price of a share: finite, and from LOWEST to HIGHEST."""
    return LOWEST <= value <= HIGHEST


def traded_scale(latest_first: Iterable[tuple[float | None, float]]) -> float:
    """The factor by which adjusted closes end at the last traded one, from pairs of both.

    Later splits and dividends lower all adjusted closes, those of the last day as well. Scaled by
    this one factor, they have the same returns and end at what a person could have paid. It is
    that of the latest row with a close, 1 where there is none.
    """
    for close, adjusted in latest_first:
        if close is not None and is_price(close) and is_price(adjusted):
            return close / adjusted
    return 1.0


@dataclass(frozen=True)
class PriceRow:
    """One trading day. Prices in the currency of the listing, volume in shares.

    `adj_close` is adjusted for splits and dividends; the others are as traded, None where the
    source has none.
    """

    date: date
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float | None
    adj_close: float


@dataclass(frozen=True)
class PriceHistory:
    """Rows of one symbol, ascending by date, one a trading day; adjusted closes are prices.

    `notes` say in whole sentences what a reader should know about the rows.
    """

    symbol: str
    rows: tuple[PriceRow, ...]
    notes: tuple[str, ...] = ()
    instrument: Instrument = UNKNOWN

    def __post_init__(self) -> None:
        for earlier, later in zip(self.rows, self.rows[1:], strict=False):
            if later.date <= earlier.date:
                message = f"{self.symbol}: {later.date} comes after {earlier.date}."
                raise BadPricesError(message)
        for row in self.rows:
            if not is_price(row.adj_close):
                message = (
                    f"{self.symbol}: the adjusted close of {row.date} is {row.adj_close:g};"
                    f" a price is from {LOWEST:g} to {HIGHEST:g}."
                )
                raise BadPricesError(message)

    def to_csv(self) -> bytes:
        """UTF-8 CSV with HEADER; numbers in their shortest exact form, so equal rows are equal."""
        lines = [HEADER, *(",".join(_cells(row)) for row in self.rows)]
        return ("\n".join(lines) + "\n").encode()

    @classmethod
    def from_csv(
        cls,
        symbol: str,
        body: bytes,
        notes: tuple[str, ...] = (),
        instrument: Instrument = UNKNOWN,
    ) -> PriceHistory:
        """The inverse of to_csv, which holds the rows alone. Raises BadPricesError, which names
        the line.
        """
        text = io.StringIO(body.decode("utf-8", errors="replace"), newline="")
        reader = csv.reader(text)
        try:
            if next(reader, None) != list(COLUMNS):
                message = f"{symbol}, line 1: the header is not {HEADER}."
                raise BadPricesError(message)
            rows = tuple(_row(symbol, reader.line_num, cells) for cells in reader)
            return cls(symbol, rows, notes, instrument)
        except csv.Error as error:
            message = f"{symbol}, line {reader.line_num}: {error}."
            raise BadPricesError(message) from error


def _cells(row: PriceRow) -> Iterable[str]:
    yield row.date.isoformat()
    for value in (row.open, row.high, row.low, row.close, row.volume, row.adj_close):
        yield "" if value is None else _shortest(value)


def _shortest(value: float) -> str:
    text = repr(float(value))
    return text.removesuffix(".0")


def _row(symbol: str, line: int, cells: list[str]) -> PriceRow:
    try:
        day, opened, high, low, close, volume, adjusted = cells
        return PriceRow(
            date=date.fromisoformat(day),
            open=_number(opened),
            high=_number(high),
            low=_number(low),
            close=_number(close),
            volume=_number(volume),
            adj_close=float(adjusted),
        )
    except ValueError as error:
        message = f"{symbol}, line {line}: {error} in {','.join(cells)[:80]!r}."
        raise BadPricesError(message) from error


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
