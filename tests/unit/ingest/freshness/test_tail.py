"""When ingest can append the latest prices, and when it fetches all of them."""

from datetime import date

import pytest
from msgspec.structs import replace

from functions.common.prices.history import PriceHistory, PriceRow
from functions.ingest.freshness.tail import beginning, extended
from functions.ingest.providers import Fetched


def row(day, price):
    return PriceRow(date(2016, 1, day), None, None, None, price, 1.0, price)


STORED = PriceHistory("ACME", (row(4, 50.0), row(5, 51.0)))
TAIL = (row(4, 50.0), row(5, 51.0), row(6, 52.0))
LONG = PriceHistory("LONG", tuple(row(day, 50.0 + day) for day in range(1, 31)))


def test_new_days_are_added():
    longer = extended(STORED, "", Fetched("ACME", TAIL))
    assert [one.adj_close for one in longer.rows] == [50.0, 51.0, 52.0]


def test_a_tail_without_new_days_changes_nothing():
    assert extended(STORED, "", Fetched("ACME", TAIL[:2])) == STORED


def test_a_tail_begins_more_than_ten_sessions_before_the_last_stored_one():
    assert beginning(LONG) == date(2016, 1, 16)
    assert beginning(STORED) == date(2016, 1, 4)


@pytest.mark.parametrize("day", range(16, 31))
def test_any_day_that_both_have_and_tell_another_way_changes_all(day):
    told = [one for one in LONG.rows if one.date >= beginning(LONG)]
    assert extended(LONG, "", Fetched("LONG", tuple(told))) == LONG
    at = day - 16
    for corrected in ([replace(told[at], adj_close=99.0)], [replace(told[at], close=99.0)], []):
        tail = (*told[:at], *corrected, *told[at + 1 :], row(31, 80.0))
        assert extended(LONG, "", Fetched("LONG", tail)) is None


def test_a_day_that_the_stored_prices_lack_changes_all():
    stored = PriceHistory("LONG", LONG.rows[:-3] + LONG.rows[-2:])
    tail = tuple(one for one in LONG.rows if one.date >= beginning(stored))
    assert extended(stored, "", Fetched("LONG", tail)) is None


@pytest.mark.parametrize("day", [5, 6])
def test_an_action_that_is_not_in_the_stored_prices_yet_changes_them_all(day):
    assert extended(STORED, "", Fetched("ACME", TAIL, actions=(date(2016, 1, day),))) is None


def test_an_action_that_the_stored_prices_know_changes_nothing():
    tail = Fetched("ACME", TAIL, actions=(date(2016, 1, 5),))
    assert extended(STORED, "2016-01-05", tail) is not None


@pytest.mark.parametrize(
    "rows", [(), TAIL[1:], (row(3, 49.0), *TAIL), (row(4, 50.0), row(5, 51.006), row(6, 52.0))]
)
def test_a_tail_that_does_not_continue_the_stored_prices_is_not_added(rows):
    assert extended(STORED, "", Fetched("ACME", rows)) is None


def test_what_rounding_does_to_a_price_is_no_correction():
    longer = extended(STORED, "", Fetched("ACME", (row(4, 50.0), row(5, 51.0001), row(6, 52.0))))
    assert longer is not None


def test_a_penny_stock_is_compared_by_its_own_measure():
    stored = PriceHistory("PENY", (row(5, 0.01),))
    assert extended(stored, "", Fetched("PENY", (row(5, 0.0101),))) is None
