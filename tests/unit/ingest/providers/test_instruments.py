"""Where a symbol trades, according to its provider, its name and its prices."""

from datetime import date

import pytest
from msgspec import structs

from functions.common.prices import calendars
from functions.common.prices.history import PriceRow, Rows
from functions.common.prices.instrument import UNKNOWN, Instrument
from functions.ingest.providers.rows.instruments import completed

FIRST, LAST = date(2022, 1, 3), date(2024, 12, 30)


def rows(calendar):
    days = calendars.named(calendar).after(FIRST, LAST)
    return Rows.of(
        [PriceRow(day, None, None, None, None, None, 50.0 + at) for at, day in enumerate(days)]
    )


@pytest.mark.parametrize(
    ("symbol", "told", "calendar", "currency", "exchange"),
    [
        ("AAPL", UNKNOWN, "XNYS", "USD", ""),
        ("AAPL", Instrument(exchange="XNAS"), "XNYS", "USD", "XNAS"),
        ("VOD.L", UNKNOWN, "XLON", "GBP", "XLON"),
        ("0700.HK", Instrument(currency="HKD"), "XHKG", "HKD", "XHKG"),
        ("INFY.NS", UNKNOWN, "XBOM", "INR", "XNSE"),
        ("^N225", Instrument(currency="JPY", timezone="Asia/Tokyo"), "XTKS", "", ""),
        ("TA35.X", Instrument(timezone="Asia/Jerusalem"), "XTAE", "", ""),
        ("BTC-EUR", UNKNOWN, "24/7", "EUR", ""),
        ("JPY=X", UNKNOWN, "24/5", "JPY", ""),
        ("GC=F", Instrument(currency="USD"), "CMES", "USD", ""),
    ],
)
def test_the_provider_the_suffix_or_the_time_zone_say_where_it_trades(
    symbol, told, calendar, currency, exchange
):
    known = completed(symbol, told, rows(calendar))
    assert (known.calendar, known.currency, known.exchange) == (calendar, currency, exchange)
    assert known.timezone == (told.timezone or calendars.named(calendar).zone)
    assert known.doubts(symbol, LAST) == []


def test_a_market_that_nobody_names_is_inferred_from_the_days_of_its_prices():
    known = completed("@MINE-1A2B3C4D", UNKNOWN, rows("XSAU"))
    assert (known.calendar, known.currency, known.is_guessed) == ("XSAU", "", True)
    (doubt,) = known.doubts("@MINE-1A2B3C4D", LAST)
    assert doubt == ("The trading calendar of @MINE-1A2B3C4D is unknown. Its prices suggest XSAU.")


def test_prices_that_move_on_other_days_than_those_of_the_exchange_follow_another_calendar():
    known = completed("BTCUSD", UNKNOWN, rows("24/7"))
    assert (known.calendar, known.is_guessed) == ("24/7", True)


def test_closes_that_stand_still_on_holidays_do_not_change_the_calendar():
    filled, close = [], 50.0
    for day in calendars.named("24/7").after(FIRST, LAST):
        close += calendars.named("XNYS").is_session(day)
        filled.append(PriceRow(day, None, None, None, None, None, close))
    assert completed("ACME", UNKNOWN, Rows.of(filled)).calendar == "XNYS"


def test_holidays_that_are_not_known_yet_are_a_doubt():
    known = completed("D05.SI", UNKNOWN, rows("XSES"))
    (doubt,) = known.doubts("D05.SI", date(2027, 3, 1))
    assert doubt == "The holidays of XSES are known until 2026. Later dates may fall on a holiday."


def test_what_is_known_survives_the_metadata_of_s3():
    known = Instrument(
        'Nestlé "S.A." & Söhne' * 20, "XSWX", "observed", "CHF", "Europe/Zurich", "135", True
    )
    metadata = known.to_metadata()
    assert sum(map(len, [*metadata, *metadata.values()])) < 400
    assert all(value.isascii() for value in metadata.values())
    again = Instrument.from_metadata(metadata)
    assert structs.replace(again, name=known.name) == known
    assert known.name.startswith(again.name)
    assert again.sessions.weekdays == "135"


@pytest.mark.parametrize("calendar", ["?", "XXXX", "24/8"])
def test_a_calendar_in_the_metadata_that_nobody_knows_is_taken_for_new_york_s(calendar):
    assert Instrument.from_metadata({"calendar": calendar}).sessions.name == "XNYS"
