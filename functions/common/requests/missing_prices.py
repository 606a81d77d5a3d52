"""Short-lived notes that tell waiting callers why a symbol's prices are missing.

stockcast:missing:{SYMBOL}  the problem object (RFC 9457)
"""

from __future__ import annotations

import json
from typing import Any

from functions.common.errors import StockcastError, TemporaryError, UnknownSymbolError
from functions.common.problems import from_error
from functions.common.redis_client import failures_are_temporary

NOTED_S = 15
"""How long a note lives. After that, callers can request the prices again."""


def note_name(symbol: str) -> str:
    return f"stockcast:missing:{{{symbol}}}"


class MissingPrices:
    """Writes the notes."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def note(self, symbol: str, error: StockcastError) -> None:
        with failures_are_temporary():
            self._redis.set(note_name(symbol), json.dumps(from_error(error)), ex=NOTED_S)


def noted(note: bytes) -> StockcastError:
    """The error to send to a waiting caller."""
    problem = json.loads(note)
    if problem["status"] == UnknownSymbolError.status:
        return UnknownSymbolError(problem["detail"])
    return TemporaryError(problem["detail"], retry_after_s=NOTED_S)
