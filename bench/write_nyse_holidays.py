"""Write functions/common/prices/nyse_holidays.txt from the `holidays` package (MIT licence)."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from functions.common.prices.calendars import FIRST_YEAR, LAST_YEAR, SATURDAY

TARGET = Path(__file__).parents[1] / "functions" / "common" / "prices" / "nyse_holidays.txt"


def lines() -> list[str]:
    """The weekdays the exchange is closed, as ISO dates, ascending."""
    from holidays.financial.ny_stock_exchange import NewYorkStockExchange

    closed = NewYorkStockExchange(years=range(FIRST_YEAR, LAST_YEAR + 1))
    return [
        day.isoformat()
        for day in sorted(closed)
        if day.weekday() < SATURDAY and FIRST_YEAR <= day.year <= LAST_YEAR
    ]


if __name__ == "__main__":
    header = f"#NYSE_closures_{FIRST_YEAR}-{LAST_YEAR}_from_holidays_{version('holidays')}"
    TARGET.write_text("\n".join([header, *lines()]) + "\n", encoding="ascii")
    print(f"{len(lines())} holidays written to {TARGET.name}")
