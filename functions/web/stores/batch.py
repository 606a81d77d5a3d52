"""A batch and its requests."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator

from msgspec import Struct

from functions.common.messages.batch_ids import member_id
from functions.common.messages.events import ForecastRequested
from functions.common.messages.fields import Model
from functions.common.messages.submissions import BatchSubmission


class Batch(Struct, frozen=True):
    """Many symbols to forecast in one request."""

    batch_id: str
    symbols: tuple[str, ...]
    days: int
    model: Model

    @classmethod
    def of(cls, asked: BatchSubmission) -> Batch:
        """The batch of a submission, with a new id if the caller chose none."""
        batch_id = asked.id or str(uuid.uuid4())
        return cls(batch_id, tuple(asked.symbols), asked.days, asked.model)

    def members(self, first: int = 0, stop: int | None = None) -> Iterator[ForecastRequested]:
        """The requests of the members from `first` to `stop` (exclusive)."""
        for number, symbol in enumerate(self.symbols[first:stop], first):
            request_id = member_id(self.batch_id, number)
            yield ForecastRequested(request_id, symbol, self.days, self.model)

    def digest(self) -> str:
        """A hash of the content without the id. Equal batches have the same digest."""
        asked = json.dumps([self.symbols, self.days, self.model])
        return hashlib.sha256(asked.encode()).hexdigest()
