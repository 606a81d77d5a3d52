"""What ingest makes of an uploaded file."""

from datetime import date, datetime, timedelta, timezone

from functions.common.prices.uploads import Upload
from functions.ingest.providers.sample import SampleProvider
from functions.ingest.providers.upload import read
from tests.support.price_files import SHAPES

CAME = datetime(2026, 1, 1, tzinfo=timezone.utc)


def document(body, column=""):
    upload = Upload("prices", column, body)
    return read(upload, upload.symbol, CAME, CAME.date()).document()


def test_the_calendar_is_that_of_the_dates():
    rows = SampleProvider().fetch("AAPL").rows[-300:]
    stock = "\n".join(["date,close", *(f"{row.date},{row.close}" for row in rows)]).encode()
    assert document(stock)["calendar"] == "XNYS"
    days = [date(2013, 1, 1) + timedelta(days=at) for at in range(100)]
    coin = "\n".join(["date,close", *(f"{day},{day.day}" for day in days)]).encode()
    assert document(coin)["calendar"] == "24/7"
    assert document(SHAPES["stooq"])["calendar"] == "observed"


def test_prices_that_never_move_have_a_calendar_as_well():
    days = [date(2013, 1, 1) + timedelta(days=at) for at in range(100)]
    still = "\n".join(["date,close", *(f"{day},5" for day in days)]).encode()
    assert document(still)["calendar"]


def test_the_name_is_the_files_own_ticker_or_else_the_one_given():
    assert document(SHAPES["kaggle"])["name"] == "ACME"
    assert document(SHAPES["stooq"])["name"] == "prices"
    wide = b"date,A,B\n2013-03-01,1,2\n2013-03-04,1,2\n"
    assert document(wide, "B")["name"] == "prices: B"


def test_a_file_too_short_to_forecast_from_says_so():
    notes = document(b"date,close\n2013-03-01,1\n2013-03-04,2\n")["notes"]
    assert "The file has 2 prices. A forecast needs at least 30." in notes
