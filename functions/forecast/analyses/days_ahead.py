"""The future sessions that an analysis covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from functions.forecast.prices.series import PriceSeries


def trading_days(series: PriceSeries, days: int) -> NDArray[np.datetime64]:
    """The sessions after the last price, until `days` calendar days later or the next session."""
    return series.sessions_until(series.target(days))
