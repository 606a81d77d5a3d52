"""The stored CSV as NumPy columns."""

import numpy as np
import pytest

from functions.common.prices.history import HEADER, PriceHistory
from functions.forecast.prices.csv_columns import UnreadablePricesError, read
from functions.ingest.providers.sample import SampleProvider


def test_columns_hold_what_ingest_wrote():
    history = SampleProvider().fetch("FB").history
    series = read("FB", history.to_csv())
    assert len(series) == 196
    assert series.dates[0] == np.datetime64("2012-05-18")
    for column, name in (
        (series.open, "open"),
        (series.high, "high"),
        (series.low, "low"),
        (series.close, "close"),
        (series.volume, "volume"),
        (series.adjusted_close, "adj_close"),
    ):
        assert column.tolist() == [getattr(row, name) for row in history.rows]


def test_missing_cells_are_nan():
    body = f"{HEADER}\n2013-03-01,,,,,,1.5\n2013-03-04,1,,,2,,2.5\n".encode()
    series = read("X", body)
    assert np.isnan(series.high).all()
    assert np.isnan(series.volume).all()
    assert series.adjusted_close.tolist() == pytest.approx([1.2, 2.0])
    assert PriceHistory.from_csv("X", body).rows[1].close == 2


@pytest.mark.parametrize("symbol", ["AAPL", "FB", "GOOG", "IBM", "MSFT"])
def test_adjusted_closes_end_at_the_last_traded_close_by_one_factor(symbol):
    history = SampleProvider().fetch(symbol).history
    series = read(symbol, history.to_csv())
    assert series.adjusted_close[-1] == pytest.approx(history.rows[-1].close, rel=1e-12)
    factors = series.adjusted_close / [row.adj_close for row in history.rows]
    assert factors == pytest.approx(factors[0], rel=1e-12)


def test_apple_s_last_price_is_what_it_traded_at():
    series = read("AAPL", SampleProvider().fetch("AAPL").history.to_csv())
    assert round(series.adjusted_close[-1], 2) == 430.47


def test_where_the_last_close_is_missing_the_one_before_tells_the_factor():
    series = read("X", f"{HEADER}\n2013-03-01,,,,8,,2\n2013-03-04,,,,,,3\n".encode())
    assert series.adjusted_close.tolist() == [8, 12]


def test_prices_without_closes_stay_as_they_are():
    series = read("X", f"{HEADER}\n2013-03-01,,,,,,2\n2013-03-04,,,,0,,3\n".encode())
    assert series.adjusted_close.tolist() == [2, 3]


@pytest.mark.parametrize(
    "rows",
    [
        "2013-03-01,1,1,1,1,1,dear",
        "2013-03-01,1,1,1,1,1,nan",
        "2013-03-01,1,1,1,1,1,0",
        "2013-03-01,1,1,1,1,1,-1",
        "2013-03-01,1,1,1,1,1,1.8e304",
        "2013-03-01,1,1,1,1,1,1e-10",
        "2013-03-01,,,,,,1e11\n2013-03-04,1,1,1,1e12,1,1e-9",
        "2013-03-01,1,1",
        "yesterday,1,1,1,1,1,1",
        "2013-03-04,1,1,1,1,1,1\n2013-03-01,1,1,1,1,1,1",
    ],
)
def test_a_bad_file_is_refused_with_the_symbol(rows):
    with pytest.raises(UnreadablePricesError, match="stored prices of X"):
        read("X", f"{HEADER}\n{rows}\n".encode())


def test_an_empty_history_is_empty():
    assert len(read("X", f"{HEADER}\n".encode())) == 0
