"""Reads a submitted batch, and says which of its symbols are wrong."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.common.errors import InvalidFieldError
from functions.common.messages import batch_ids, fields
from functions.common.messages.events import ForecastRequested
from functions.common.requests.batches import MOST_SYMBOLS
from functions.web.api.submission import InvalidSubmissionError, json_object

MAX_BODY_BYTES = 128 * 1024
"""The longest list of the longest tickers takes 70 kB."""
MOST_ERRORS = 20
FIELDS = ("symbols", "days", "model", "id")
EXAMPLE = '{"symbols": ["AAPL", "MSFT"], "days": 45}.'


@dataclass(frozen=True)
class Batch:
    """Forecasts of many symbols, asked for at once; a symbol named twice is asked for once."""

    batch_id: str
    symbols: tuple[str, ...]
    days: int
    model: str

    def members(self, first: int = 0, stop: int | None = None) -> Iterator[ForecastRequested]:
        """The requests of the members from `first` up to before `stop`."""
        for number, symbol in enumerate(self.symbols[first:stop], first):
            request_id = batch_ids.member_id(self.batch_id, number)
            yield ForecastRequested(request_id, symbol, self.days, self.model)

    def digest(self) -> str:
        """The same for equal batches, whatever their id."""
        asked = json.dumps([self.symbols, self.days, self.model])
        return hashlib.sha256(asked.encode()).hexdigest()


def read(body: bytes) -> Batch:
    """The batch in a JSON body. Raises BadBodyError, or InvalidSubmissionError naming each error.

    Of bad symbols, the first MOST_ERRORS are named, with their place.
    """
    data = json_object(body, EXAMPLE)
    errors: list[InvalidFieldError] = []
    batch_id, days, model = str(uuid.uuid4()), 0, ""
    try:
        if data.get("id") is not None:
            batch_id = batch_ids.batch_id(data, "id")
    except InvalidFieldError as error:
        errors.append(error)
    symbols = _symbols(data, errors)
    try:
        days = fields.days(data)
    except InvalidFieldError as error:
        errors.append(error)
    try:
        model = fields.model(data)
    except InvalidFieldError as error:
        errors.append(error)
    errors += fields.foreign(data, FIELDS, "field of a batch")
    if errors:
        raise InvalidSubmissionError(errors)
    return Batch(batch_id, symbols, days, model)


def _symbols(data: Mapping[str, Any], errors: list[InvalidFieldError]) -> tuple[str, ...]:
    listed = data.get("symbols")
    most = MOST_SYMBOLS
    if not isinstance(listed, list) or not 1 <= len(listed) <= most:
        found = f"{len(listed)} of them" if isinstance(listed, list) else fields.shown(listed)
        message = f"must be a list of 1 to {most} tickers, not {found}."
        errors.append(InvalidFieldError("symbols", message))
        return ()
    symbols: dict[str, None] = {}
    bad = 0
    for place, one in enumerate(listed):
        try:
            symbols[fields.symbol({"symbol": one})] = None
        except InvalidFieldError as error:
            bad += 1
            if bad <= MOST_ERRORS:
                errors.append(InvalidFieldError(f"symbols[{place}]", error.message))
    if bad > MOST_ERRORS:
        message = f"{bad} symbols are wrong; the first {MOST_ERRORS} are named here."
        errors.append(InvalidFieldError("symbols", message))
    return tuple(symbols)
