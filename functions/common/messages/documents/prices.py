"""What is answered about symbols, prices and data sources."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta

from functions.common.messages.documents.base import Document, Numbers, Suggestion


class PriceFile(Document, frozen=True):
    """What was read in an uploaded file.

    `columns` are those found; in a file of several series, the series, of which `column` is the
    one chosen. `calendar` is inferred from the dates. `notes` say what was mended.
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
    """A symbol that fits a search."""

    symbol: str
    name: str
    exchange: Annotated[str | None, Meta(description="The MIC (ISO 10383), where it is known.")]
    currency: Annotated[str | None, Meta(description="ISO 4217, where it is known.")]
    available: Annotated[bool, Meta(description="Whether a data source here may have prices.")]


class Symbols(Document, frozen=True):
    """The symbols that fit a search, the best first."""

    symbols: list[FoundSymbol]


class TargetDate(Document, frozen=True):
    """Where a number of days after the last price leads: `target_date` is the session on or after
    `asked_date`.

    `last_date` is the day of the last stored price, or the one expected where none are stored yet.
    """

    symbol: str
    calendar: str
    last_date: date
    asked_date: date
    target_date: date


class Source(Document, frozen=True):
    """A data source that is set up."""

    name: str
    title: str
    covers: str
    terms: str


class Sample(Document, frozen=True):
    """The bundled sample data."""

    symbols: list[Suggestion]
    last_date: date


class Step(Document, frozen=True):
    """A way to today's prices: a line to copy, and what to know about it."""

    command: str
    note: str


class Sources(Document, frozen=True):
    """Where prices come from, and how to get today's."""

    providers: list[Source]
    sample_only: bool
    sample: Sample
    todays_prices: list[Step]


class Warming(Document, frozen=True):
    """Whether the prices are being fetched."""

    warming: bool


class PriceHistory(Document, frozen=True):
    """Daily prices."""

    symbol: str
    currency: Annotated[str | None, Meta(description="ISO 4217; null for an index.")]
    provider: str
    fetched_at: str
    dates: list[date]
    close: Numbers
    adj_close: Numbers
    volume: Numbers
