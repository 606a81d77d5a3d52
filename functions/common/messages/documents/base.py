"""What all documents share, and the two that every resource answers."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

Numbers = list[float | None]
Status = Literal["queued", "ingesting", "forecasting", "done", "failed"]


class Document(Struct, frozen=True, kw_only=True):
    """One kind of answer. A field that is UNSET is left out."""


class WrongField(Document, frozen=True):
    """What is wrong with one field."""

    field: str
    message: str


class Suggestion(Document, frozen=True):
    """A symbol that may be meant."""

    symbol: str
    name: str


class Problem(Document, frozen=True):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[WrongField] | UnsetType = UNSET
    suggestions: list[Suggestion] | UnsetType = UNSET


class Links(Document, frozen=True):
    """Where a request is found."""

    self: str
    events: str
    chart: str


class Accepted(Document, frozen=True):
    """A request that is taken."""

    id: str
    status: Status
    links: Links
