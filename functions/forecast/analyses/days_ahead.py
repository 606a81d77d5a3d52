"""The trading days that an analysis looks ahead to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from functions.common.prices import calendars as trading_calendar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from functions.forecast.prices.series import PriceSeries


def trading_days(series: PriceSeries, days: int) -> NDArray[np.datetime64]:
    """Those after the last price, up to the first one on or after `days` calendar days later."""
    last = series.dates[-1].item()
    target = trading_calendar.on_or_after(last + timedelta(days=days))
    return np.array(trading_calendar.trading_days_after(last, target), dtype="datetime64[D]")
