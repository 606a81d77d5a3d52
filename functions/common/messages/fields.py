"""The types of message fields. Each has limits, and words that describe them.

Error messages ("must be a whole number from 1 to 3650, not 0") and the API's description use these
words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta

Json = Mapping[str, Any]

SYMBOL = re.compile(r"[A-Z0-9^@][A-Z0-9.\-=^_]{0,23}")
"""A symbol in Stockcast's spelling. If it begins with `@`, it is an uploaded file."""
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
BATCH_ID = re.compile(r"[A-Za-z0-9_-]{8,58}")
DEFAULT_MODEL = "calibrated"
MIN_DAYS = 1
MAX_DAYS = 3650
MOST_SYMBOLS = 5000
"""The most symbols in a batch."""
MAX_OPTIONS_CHARACTERS = 2000


def is_a(words: str, **limits: Any) -> Meta:
    """What a field accepts: a description in words, and its limits."""
    extra = {"words": words}
    return Meta(description=f"{words[0].upper()}{words[1:]}.", extra=extra, **limits)


def matching(pattern: str, words: str, **limits: Any) -> Meta:
    """A string that fully matches `pattern`."""
    # Python's `$` also matches before a final line break. The API's description has no `\Z`.
    described = {"pattern": f"^{pattern}$"}
    return is_a(words, pattern=rf"\A(?:{pattern})\Z", extra_json_schema=described, **limits)


def text(most: int) -> Meta:
    return is_a(f"a text of 1 to {most} characters", min_length=1, max_length=most)


def whole_number(least: int, most: int) -> Meta:
    return is_a(f"a whole number from {least} to {most}", ge=least, le=most)


def number(least: float, most: float) -> Meta:
    return is_a(f"a number from {least:g} to {most:,.0f}", ge=least, le=most)


Symbol = Annotated[
    str,
    matching(
        f" *{SYMBOL.pattern.replace('A-Z', 'A-Za-z')} *",
        "a symbol of 1 to 24 letters, digits and . - = ^ _"
        " (for example AAPL, VOD.L, ^GSPC, BTC-USD or EURUSD=X)",
        examples=["AAPL"],
    ),
]
"""A symbol in upper or lowercase. `upper` converts it to Stockcast's spelling."""
RequestId = Annotated[
    str, matching(REQUEST_ID.pattern, "a UUID or 8 to 64 letters, digits, '_' or '-'")
]
BatchId = Annotated[
    str, matching(BATCH_ID.pattern, "a UUID or 8 to 58 letters, digits, '_' or '-'")
]
Days = Annotated[int, whole_number(MIN_DAYS, MAX_DAYS)]
Day = Annotated[date, is_a("a date like 2013-03-01")]
Model = Literal["calibrated", "prophet"]
MODELS: tuple[str, ...] = get_args(Model)
Options = Annotated[
    dict[str, Any], is_a(f"an object of at most {MAX_OPTIONS_CHARACTERS} characters")
]


def upper(symbol: str) -> str:
    return symbol.strip().upper()
