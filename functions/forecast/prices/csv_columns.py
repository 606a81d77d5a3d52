"""Reads the stored CSV of a symbol's prices into NumPy columns."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from functions.common.errors import RequestError, cause
from functions.common.prices.history import HIGHEST, LOWEST, traded_scale
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.forecast.arrays import Floats
from functions.forecast.prices.series import PriceSeries

HEADER = b"date,open,high,low,close,volume,adj_close"


class UnreadablePricesError(RequestError, title="Unreadable prices", slug="unreadable-prices"):
    """The stored prices are not the CSV that ingest writes."""


@lru_cache(maxsize=16)
def read(symbol: str, body: bytes, instrument: Instrument = UNKNOWN) -> PriceSeries:
    """Read the series from `body`, as `functions.common.prices.history` writes it.

    Scales the adjusted closes so that they end at the last traded close. Caches the last series.

    Raises UnreadablePricesError if the header, a number, the order of dates or an adjusted close
    (LOWEST to HIGHEST) is wrong.
    """
    header, _, rest = body.partition(b"\n")
    if header.strip() != HEADER:
        message = f"The stored prices of {symbol} begin with {header[:60]!r}, not {HEADER!r}."
        raise UnreadablePricesError(message)
    if b",," in rest:  # Fill empty cells. This runs twice, because neighbors share a comma.
        rest = rest.replace(b",,", b",nan,").replace(b",,", b",nan,")
    lines = rest.split()
    try:
        dates = np.array(lines, dtype="S10").astype("datetime64[D]")
        columns = (
            np.loadtxt(lines, delimiter=",", usecols=range(1, 7), ndmin=2).T
            if lines
            else np.empty((6, 0))
        )
    except ValueError as error:
        message = f"The stored prices of {symbol} cannot be read: {cause(error)}"
        raise UnreadablePricesError(message) from error
    opened, high, low, close, volume, adjusted = columns
    _check(symbol, adjusted)
    adjusted *= traded_scale(zip(close[::-1], adjusted[::-1], strict=True))
    _check(symbol, adjusted)
    if not (np.diff(dates) > np.timedelta64(0, "D")).all():
        message = f"The stored prices of {symbol} are not in ascending order of date."
        raise UnreadablePricesError(message)
    for column in (dates, columns):
        column.flags.writeable = False  # the cache shares them
    return PriceSeries(symbol, dates, opened, high, low, close, volume, adjusted, instrument)


def _check(symbol: str, adjusted: Floats) -> None:
    if not ((adjusted >= LOWEST) & (adjusted <= HIGHEST)).all():
        raise UnreadablePricesError(
            f"The stored prices of {symbol} have adjusted closes that are not between {LOWEST:g}"
            f" and {HIGHEST:g}. Delete the file. Stockcast then fetches it again."
        )
