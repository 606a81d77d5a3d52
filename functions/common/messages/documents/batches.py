"""The documents about a batch."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from functions.common.messages.documents.base import Document


class BatchLinks(Document, frozen=True):
    """The URLs of a batch."""

    self: str
    events: str
    results: str
    ranking: str


class BatchAccepted(Document, frozen=True):
    """An accepted batch."""

    id: str
    status: Literal["queued"]
    links: BatchLinks


class Counts(Document, frozen=True):
    """The number of a batch's members in each state."""

    queued: int
    ingesting: int
    forecasting: int
    done: int
    failed: int


class BatchProgress(Document, frozen=True):
    """The progress of a batch."""

    id: str
    days: int
    model: str
    status: Literal["running", "done"]
    total: Annotated[int, Meta(description="The number of different symbols.")]
    counts: Counts
    submitted_at: datetime
    updated_at: datetime
    links: BatchLinks


class Ranked(Document, frozen=True):
    """A finished member of a batch."""

    rank: int
    symbol: str
    request_id: str
    last_date: date
    last_price: float
    currency: str | None
    predicted_price: float
    lo80: float
    hi80: float
    probability_higher: float | None
    trust: str | None


class Failed(Document, frozen=True):
    """A failed member of a batch, and the reason."""

    symbol: str
    request_id: str
    error: str


class Ranking(Document, frozen=True):
    """The finished members of a batch, most likely to rise first, and the failed ones."""

    rows: list[Ranked]
    failed: list[Failed]
