"""A symbol's price history as NumPy columns, the input of every model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from functions.common.money import ON_WEEKDAYS, Money
from functions.common.prices.calendars import Calendar
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.forecast.arrays import Days, Floats

if TYPE_CHECKING:
    import numpy as np

COLUMNS = ("dates", "open", "high", "low", "close", "volume", "adjusted_close")


@dataclass(frozen=True, eq=False)
class PriceSeries:
    """Daily prices of one symbol, in ascending order of date, one row for each session.

    All columns have the shape (n,). `dates` is datetime64[D]. The others are float64, in the
    currency of the listing (`volume` in shares). `adjusted_close` is adjusted for splits and
    dividends, finite and positive. It ends at the last traded close. `open`, `high`, `low`, `close`
    and `volume` are as traded, and NaN if the source has no value.
    """

    symbol: str
    dates: Days
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    adjusted_close: Floats
    instrument: Instrument = UNKNOWN

    def __len__(self) -> int:
        return len(self.dates)

    @property
    def money(self) -> Money:
        """The format of this series' prices."""
        return Money(self.instrument.currency, self.instrument.calendar == ON_WEEKDAYS)

    def target(self, days: int) -> date:
        """The first session on or after `days` calendar days after the last price."""
        last: date = self.dates[-1].item()
        return self.instrument.sessions.on_or_after(last + timedelta(days=days))

    def sessions_until(self, target: date) -> Days:
        """The sessions of the symbol's exchange after the last price, up to `target`."""
        import numpy as np

        last: date = self.dates[-1].item()
        years = range(last.year, target.year + 1)
        days = np.concatenate([_sessions(self.instrument.sessions, year) for year in years])
        begin, end = np.searchsorted(days, np.array([last, target], dtype=days.dtype), side="right")
        return days[begin:end]

    def until(self, stop: int) -> PriceSeries:
        """The first `stop` rows, which were known at an origin of a backtest."""
        return self.part(slice(stop))

    def part(self, rows: slice) -> PriceSeries:
        """Some of the rows."""
        return replace(self, **{name: getattr(self, name)[rows] for name in COLUMNS})


@lru_cache(maxsize=64)
def _sessions(calendar: Calendar, year: int) -> Days:
    """The sessions of a year. To build the list takes longer than a forecast's arithmetic."""
    import numpy as np

    days = calendar.after(date(year - 1, 12, 31), date(year, 12, 31))
    return np.array(days, dtype="datetime64[D]")


def in_words(day: date) -> str:
    """`April 15, 2013`."""
    return f"{day:%B} {day.day}, {day.year}"


def years_before(day: np.datetime64, years: int) -> np.datetime64:
    """The same day `years` earlier. February 29 becomes February 28 if needed."""
    import numpy as np

    month = day.astype("datetime64[M]")
    earlier = month - np.timedelta64(12 * years, "M")
    of_month = day - month.astype("datetime64[D]")
    last_of_month = (earlier + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    same_day: np.datetime64 = np.minimum(earlier.astype("datetime64[D]") + of_month, last_of_month)
    return same_day
