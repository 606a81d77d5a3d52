"""The documents about symbols, prices and data sources."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta

from functions.common.messages.documents.base import Currency, Document, Numbers, Suggestion


class PriceFile(Document, frozen=True):
    """What Stockcast read in an uploaded file.

    `columns` lists the columns, or the series in a file with several series. `column` is the chosen
    one. `calendar` is inferred from the dates. `notes` lists repairs.
    """

    symbol: str
    name: str
    rows: int
    first_date: date
    last_date: date
    columns: list[str]
    column: str
    calendar: str
    notes: list[str]


class FoundSymbol(Document, frozen=True):
    """A symbol that matches a search."""

    symbol: str
    name: str
    exchange: Annotated[str | None, Meta(description="The MIC (ISO 10383), if known.")]
    currency: Annotated[str | None, Meta(description="The ISO 4217 code, if known.")]
    available: Annotated[
        bool, Meta(description="Whether a configured data source may have prices.")
    ]


class Symbols(Document, frozen=True):
    """The symbols that match a search, best match first."""

    symbols: list[FoundSymbol]


class TargetDate(Document, frozen=True):
    """The target date of a forecast.

    `asked_date` is the given number of days after `last_date`. `target_date` is the first session
    on or after it. `last_date` is the day of the last stored price, or the expected day if no
    prices are stored yet.
    """

    symbol: str
    calendar: str
    last_date: date
    asked_date: date
    target_date: date


class Source(Document, frozen=True):
    """A configured data source."""

    name: str
    title: str
    covers: str
    terms: str


class Sample(Document, frozen=True):
    """The bundled sample data."""

    symbols: list[Suggestion]
    last_date: date


class Step(Document, frozen=True):
    """A way to get today's prices: a command to copy, and a note about it."""

    command: str
    note: str


class Sources(Document, frozen=True):
    """Where prices come from, and how to get today's prices."""

    providers: list[Source]
    sample_only: bool
    sample: Sample
    todays_prices: list[Step]
    uploads: Annotated[bool, Meta(description="Whether files of prices can be uploaded.")]


class Warming(Document, frozen=True):
    """Whether Stockcast is fetching the prices."""

    warming: bool


class PriceHistory(Document, frozen=True):
    """Daily prices."""

    symbol: str
    currency: Currency
    provider: str
    fetched_at: str
    dates: list[date]
    close: Numbers
    adj_close: Numbers
    volume: Numbers
