"""Write functions/common/prices/calendars.txt.gz from `exchange_calendars` (Apache License 2.0).

Each line is a calendar: its name, time zone and closing time, then data for each year. The data of
a year are the weekdays with sessions (1 is Monday), and the exceptions as MMDD: holidays, one-off
closures and extra sessions. Years that the library does not know are left out.

With pandas 3, the library gets Orthodox and Hebrew holidays wrong. Write the file with pandas 2:
uv run --with exchange-calendars==4.13.2 --with "pandas<3" python -m bench.shipped.write_calendars
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "functions" / "common" / "prices" / "calendars.txt.gz"
FIRST_YEAR, LAST_YEAR = 1990, 2045
NAMES = (
    *("ASEX", "BVMF", "CMES", "XAMS", "XASX", "XBKK", "XBOM", "XBRU", "XBUD", "XBUE", "XCSE"),
    *("XDUB", "XETR", "XFRA", "XHEL", "XHKG", "XICE", "XIDX", "XIST", "XJSE", "XKAR", "XKLS"),
    *("XKRX", "XLIM", "XLIS", "XLIT", "XLON", "XMAD", "XMEX", "XMIL", "XNYS", "XNZE", "XOSL"),
    *("XPAR", "XPHS", "XPRA", "XBSE", "XRIS", "XSAU", "XSES", "XSGO", "XSHG", "XSTO", "XSWX"),
    *("XTAE", "XTAI", "XTAL", "XTKS", "XTSE", "XWAR", "XWBO"),
)
ONE_DAY = timedelta(days=1)
OPEN_SHARE = 0.5
"""A weekday counts as a session day if at least this share of its days are sessions."""


def line(name: str) -> str:
    from exchange_calendars.calendar_utils import _default_calendar_factories as factories

    first, last = _years(factories[name])
    calendar = factories[name](start=f"{last}-01-02", end=f"{last}-12-20", side="left")
    sessions = library_sessions(calendar, date(first, 1, 1), date(last, 12, 31))
    close = calendar.close_times[-1][1]
    shown = [f"{year}:{_year(year, sessions)}" for year in range(first, last + 1)]
    return "\t".join((name, calendar.tz.key, f"{close:%H:%M}", " ".join(shown)))


def _years(kind: Any) -> tuple[int, int]:
    """The first and last year that the library knows completely, within our range."""
    earliest, latest = kind.bound_min(), kind.bound_max()
    first = earliest.year + (earliest.dayofyear > 1) if earliest is not None else FIRST_YEAR
    last = latest.year if latest is not None else LAST_YEAR
    return max(first, FIRST_YEAR), min(last, LAST_YEAR)


def library_sessions(calendar: Any, first: date, last: date) -> set[date]:
    """The sessions by the calendar's rules. With pandas 3, its `sessions` ignore weekmasks."""
    told = [*calendar.adhoc_holidays]
    if calendar.regular_holidays is not None:
        told.extend(calendar.regular_holidays.holidays(first, last))
    closed = {date.fromisoformat(str(moment)[:10]) for moment in told}
    masks = [
        (start.date() if start else first, end.date() if end else last, mask)
        for start, end, mask in getattr(calendar, "special_weekmasks", None) or ()
    ]

    def is_session(day: date) -> bool:
        mask = next((m for start, end, m in masks if start <= day <= end), calendar.weekmask)
        return mask[day.weekday()] == "1" and day not in closed

    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day for day in days if is_session(day)}


def _year(year: int, sessions: set[date]) -> str:
    days = list(_days(year))
    held, all_days = (Counter(day.isoweekday() for day in of) for of in (sessions & {*days}, days))
    weekdays = {one for one in range(1, 8) if held[one] >= OPEN_SHARE * all_days[one]}
    otherwise = [day for day in days if (day in sessions) != (day.isoweekday() in weekdays)]
    listed = ",".join(f"{day:%m%d}" for day in otherwise)
    return f"{''.join(map(str, sorted(weekdays)))}:{listed}"


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY


def written() -> bytes:
    header = f"# Sessions from exchange_calendars {version('exchange_calendars')}, Apache-2.0"
    text = "\n".join([header, *map(line, NAMES)]) + "\n"
    return gzip.compress(text.encode("ascii"), mtime=0)


if __name__ == "__main__":
    body = written()
    TARGET.write_bytes(body)
    print(f"{len(NAMES)} calendars, {len(body)} bytes in {TARGET.name}")
