"""The sessions of each market."""

import gzip
from datetime import date, timedelta

import pytest
from exchange_calendars import calendar_utils

from bench.shipped import write_calendars
from functions.common.prices import calendars, exchanges
from functions.common.prices.calendars import UnknownCalendarError

NEEDS_PANDAS_2 = {"ASEX", "XBSE", "XTAE"}
"""With pandas 3, the library gets Orthodox and Hebrew holidays wrong."""
NEW_YORK = calendars.named("XNYS")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(set(write_calendars.NAMES) - NEEDS_PANDAS_2))
def test_sessions_are_those_of_the_library(name):
    ours = calendars.named(name)
    first, last = date(min(ours.years), 1, 1), date(max(ours.years), 12, 31)
    library = calendar_utils._default_calendar_factories[name](
        start=f"{last.year}-01-02", end=f"{last.year}-12-20"
    )
    expected = write_calendars.library_sessions(library, first, last)
    assert ours.after(first - timedelta(days=1), last) == sorted(expected)
    assert (ours.zone, ours.close) == (library.tz.key, library.close_times[-1][1])


def test_the_file_names_its_source_and_covers_all_years_of_a_forecast():
    header = gzip.decompress(calendars.FILE.read_bytes()).splitlines()[0].decode()
    assert "exchange_calendars 4" in header
    exchanges_known = set(calendars.names()) - {"24/7", "24/5"}
    assert len(exchanges_known) > 45
    whole = [name for name in exchanges_known if {1990, 2045} <= set(calendars.named(name).years)]
    assert len(whole) > 40


@pytest.mark.parametrize(
    ("name", "day", "is_session"),
    [
        ("XNYS", "2001-09-11", False),  # closed by the attacks
        ("XNYS", "2012-10-29", False),  # by a hurricane
        ("XNYS", "2025-01-09", False),  # by a day of mourning
        ("XLON", "2022-09-19", False),  # by a funeral
        ("XLON", "2026-08-31", False),  # a bank holiday
        ("XHKG", "2026-10-01", False),  # National Day
        ("XHKG", "2026-10-02", True),
        ("XTKS", "2026-01-02", False),
        ("XKRX", "1997-11-22", True),  # on Saturdays until 1998
        ("XKRX", "2026-11-21", False),
        ("XBOM", "2024-01-20", True),  # a Saturday by exception
        ("XTAE", "2025-11-23", True),  # on Sundays until 2025
        ("XTAE", "2026-11-22", False),
        ("XTAE", "2026-11-20", True),
        ("ASEX", "2024-05-03", False),  # Orthodox Good Friday
        ("24/7", "2026-12-25", True),
        ("24/5", "2026-12-25", True),
        ("24/5", "2026-12-26", False),
    ],
)
def test_tricky_days_are_right(name, day, is_session):
    assert calendars.named(name).is_session(date.fromisoformat(day)) is is_session


def test_a_weekend_moves_to_monday_and_a_holiday_to_the_day_after():
    assert NEW_YORK.on_or_after(date(2013, 3, 2)) == date(2013, 3, 4)
    assert NEW_YORK.on_or_after(date(2013, 12, 25)) == date(2013, 12, 26)
    assert NEW_YORK.on_or_before(date(2013, 3, 3)) == date(2013, 3, 1)


def test_sessions_leave_out_good_friday_and_weekends():
    days = NEW_YORK.after(date(2013, 3, 27), date(2013, 4, 2))
    assert days == [date(2013, 3, 28), date(2013, 4, 1), date(2013, 4, 2)]


def test_outside_the_known_years_every_weekday_counts_and_the_calendar_says_so():
    assert NEW_YORK.is_session(date(2061, 7, 4))
    assert not NEW_YORK.knows_holidays_of(date(2061, 7, 4))
    assert not calendars.named("XSES").knows_holidays_of(date(2027, 1, 4))
    assert calendars.named("24/7").knows_holidays_of(date(2061, 7, 4))


def test_a_session_closes_by_the_clock_of_its_exchange():
    assert calendars.named("XHKG").closes_at(date(2026, 10, 2)).isoformat() == (
        "2026-10-02T16:00:00+08:00"
    )
    assert calendars.named("24/7").closes_at(date(2026, 10, 2)).isoformat() == (
        "2026-10-03T00:00:00+00:00"
    )


@pytest.mark.parametrize("name", ["XNYS", "XHKG", "XLON", "XTKS", "XSAU", "24/5", "24/7"])
def test_a_calendar_is_inferred_from_the_dates_of_prices(name):
    calendar = calendars.named(name)
    days = calendar.after(date(2021, 1, 1), date(2024, 1, 1))
    late = [day for day in days if day.toordinal() % 150]  # a few rows are missing
    assert calendars.inferred(late) == calendar


@pytest.mark.parametrize(
    ("weekdays", "expected"), [({2, 4}, "24"), ({5}, "5"), ({1, 2, 3, 4, 5, 6}, "123456")]
)
def test_dates_that_match_no_calendar_give_an_observed_one(weekdays, expected):
    every = (date(2023, 1, 1) + timedelta(days=n) for n in range(700))
    found = calendars.inferred([day for day in every if day.isoweekday() in weekdays])
    assert (found.name, found.weekdays) == ("observed", expected)
    assert found.on_or_after(date(2026, 1, 1)).isoweekday() in weekdays


@pytest.mark.parametrize(("name", "days"), [("XNYS", 252), ("XTAE", 252), ("24/7", 365)])
def test_annual_rates_count_the_sessions_of_the_market(name, days):
    assert calendars.named(name).sessions_a_year == days


def test_an_unknown_calendar_is_refused_with_a_list_of_known_ones():
    with pytest.raises(UnknownCalendarError, match=r"'XXXX'\. Use one of 24/7, 24/5, ASEX"):
        calendars.named("XXXX")


def test_every_exchange_has_a_calendar_and_a_currency():
    known = exchanges.all_exchanges().values()
    assert {one.calendar for one in known} <= set(calendars.names())
    assert all(len(one.currency) == 3 and len(one.mic) == 4 for one in known)
