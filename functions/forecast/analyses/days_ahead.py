"""The sessions that an analysis looks ahead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from functions.forecast.prices.series import PriceSeries


def trading_days(series: PriceSeries, days: int) -> NDArray[np.datetime64]:
    """Those after the last price, up to the first one on or after `days` calendar days later."""
    return series.sessions_until(series.target(days))
