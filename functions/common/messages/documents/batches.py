"""What a batch is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from functions.common.messages.documents.base import Document


class BatchLinks(Document, frozen=True):
    """Where a batch is found."""

    self: str
    events: str
    results: str
    ranking: str


class BatchAccepted(Document, frozen=True):
    """A batch that is taken."""

    id: str
    status: Literal["queued"]
    links: BatchLinks


class Counts(Document, frozen=True):
    """How many members of a batch stand where."""

    queued: int
    ingesting: int
    forecasting: int
    done: int
    failed: int


class BatchProgress(Document, frozen=True):
    """How a batch gets on."""

    id: str
    days: int
    model: str
    status: Literal["running", "done"]
    total: Annotated[int, Meta(description="Different symbols.")]
    counts: Counts
    submitted_at: datetime
    updated_at: datetime
    links: BatchLinks


class Ranked(Document, frozen=True):
    """A member of a batch that is done."""

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
    """A member of a batch that failed, and why."""

    symbol: str
    request_id: str
    error: str


class Ranking(Document, frozen=True):
    """The members of a batch that are done, the likeliest to rise first, and those that failed."""

    rows: list[Ranked]
    failed: list[Failed]
