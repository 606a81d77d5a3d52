"""JSON from people we do not know: what later stages could not carry is refused at the door.

Python's reader takes NaN, infinities and lone surrogates, which no writer of ours would give out
again, and nesting that its own writer cannot follow.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MOST_DEEP = 32
"""Levels of objects and lists; a request or an event of ours has four."""


def loads(text: str | bytes) -> Any:
    """The value of a JSON text. ValueError where it is none, or one that cannot be carried."""
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check(value)
    return value


_TOO_DEEP = f"it is nested more than {MOST_DEEP} levels deep"


def _check(value: Any) -> None:
    """Level by level, since the value may be deeper than the stack."""
    level, depth = [value], 0
    while level:
        if depth > MOST_DEEP:
            raise ValueError(_TOO_DEEP)
        following: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                following += one.keys()
                following += one.values()
            elif isinstance(one, list):
                following += one
            elif isinstance(one, str) and not one.isascii():
                _check_text(one)
        level, depth = following, depth + 1


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        message = "it holds half of a surrogate pair, which is no character"
        raise ValueError(message) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        message = f"{text[:20]} is too large a number"
        raise ValueError(message)
    return number


def _refused(name: str) -> NoReturn:
    message = f"{name} is no JSON number"
    raise ValueError(message)
