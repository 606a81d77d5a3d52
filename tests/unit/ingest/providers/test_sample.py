"""The bundled sample."""

from datetime import date

import pytest

from functions.common.errors import UnknownSymbolError
from functions.common.prices import calendars
from functions.common.prices.sample import SYMBOLS
from functions.ingest.providers.sample import SampleProvider


@pytest.mark.parametrize(
    ("symbol", "rows", "first"),
    [
        ("AAPL", 3270, date(2000, 3, 1)),
        ("FB", 196, date(2012, 5, 18)),
        ("GOOG", 2148, date(2004, 8, 19)),
        ("IBM", 3270, date(2000, 3, 1)),
        ("MSFT", 3270, date(2000, 3, 1)),
    ],
)
def test_the_sample_has_real_prices_up_to_march_2013(symbol, rows, first):
    history = SampleProvider().fetch(symbol)
    assert (len(history.rows), history.rows[0].date) == (rows, first)
    assert history.rows[-1].date == date(2013, 3, 1)
    assert all(calendars.named("XNYS").is_session(row.date) for row in history.rows)
    assert all(row.low <= row.close <= row.high for row in history.rows)


def test_the_last_close_of_apple_is_the_real_one():
    last = SampleProvider().fetch("AAPL").rows[-1]
    assert last.close == 430.47
    assert last.adj_close == pytest.approx(56.1374, abs=1e-3)


def test_an_unknown_ticker_is_told_what_there_is():
    with pytest.raises(UnknownSymbolError) as caught:
        SampleProvider().fetch("ZZZZ")
    assert "ZZZZ" in caught.value.detail
    assert all(symbol in caught.value.detail for symbol in SYMBOLS)
