"""The base of all documents, and the documents that several resources return."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Numbers = list[float | None]
Currency = Annotated[str | None, Meta(description="ISO 4217 code. Null for an index.")]
Status = Literal["queued", "ingesting", "forecasting", "done", "failed"]


class Document(Struct, frozen=True, kw_only=True):
    """One kind of answer. The JSON leaves out fields that are UNSET."""


class WrongField(Document, frozen=True):
    """An error in one field."""

    field: str
    message: str


class Suggestion(Document, frozen=True):
    """A symbol that you may have meant."""

    symbol: str
    name: str


class Problem(Document, frozen=True):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[WrongField] | UnsetType = UNSET
    suggestions: list[Suggestion] | UnsetType = UNSET


class Request(Document, frozen=True):
    """What the documents of all requests have."""

    id: str
    symbol: str
    status: Status
    submitted_at: datetime
    updated_at: datetime
    timings_ms: dict[str, int]
    error: Problem | UnsetType = UNSET


class Links(Document, frozen=True):
    """The URLs of a request."""

    self: str
    events: str
    chart: str


class Accepted(Document, frozen=True):
    """An accepted request."""

    id: str
    status: Status
    links: Links
