"""New York trading days."""

from datetime import date

import holidays
import pytest

from functions.common.prices import calendars as calendar


def test_the_holiday_file_is_what_the_library_says():
    library = holidays.financial_holidays(
        "NYSE", years=range(calendar.FIRST_YEAR, calendar.LAST_YEAR + 1)
    )
    closed = {
        day
        for day in library
        if day.weekday() < 5 and calendar.FIRST_YEAR <= day.year <= calendar.LAST_YEAR
    }
    assert calendar.holidays() == closed


def test_a_weekend_moves_to_monday_and_a_holiday_to_the_day_after():
    assert calendar.on_or_after(date(2013, 3, 2)) == date(2013, 3, 4)
    assert calendar.on_or_after(date(2013, 12, 25)) == date(2013, 12, 26)
    assert calendar.on_or_before(date(2013, 3, 3)) == date(2013, 3, 1)


def test_trading_days_leave_out_good_friday_and_weekends():
    days = calendar.trading_days_after(date(2013, 3, 27), date(2013, 4, 2))
    assert days == [date(2013, 3, 28), date(2013, 4, 1), date(2013, 4, 2)]


def test_a_year_beyond_the_calendar_is_refused():
    with pytest.raises(calendar.OutsideCalendarError, match="2061-01-03"):
        calendar.is_trading_day(date(2061, 1, 3))
