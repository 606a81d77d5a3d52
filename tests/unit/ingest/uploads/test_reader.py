"""Reads the price files that people have."""

import gzip
from datetime import date

import pytest

from functions.ingest.uploads.limits import UPLOAD
from functions.ingest.uploads.reader import read
from functions.ingest.uploads.refusal import UnreadableFileError
from tests.support.price_files import ADJUSTED, CLOSES, DAYS, HAS_ADJUSTED, SHAPES, VOLUMES

TODAY = date(2026, 1, 1)


def one(text, **options):
    file = read(text if isinstance(text, bytes) else text.encode(), TODAY, **options)
    return file.chosen("")


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_gives_the_prices_it_holds(shape):
    rows = one(SHAPES[shape]).rows()
    assert [row.date for row in rows] == DAYS
    assert [row.close for row in rows] == CLOSES
    assert [row.adj_close for row in rows] == (ADJUSTED if shape in HAS_ADJUSTED else CLOSES)
    assert [row.volume for row in rows] in ([None] * len(DAYS), VOLUMES)


def table(header, *rows):
    return "\n".join([header, *rows]) + "\n"


def dated(*dates):
    return table("Date,Close", *(f'"{each}",1' for each in dates))


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("03/04/2013", "13/04/2013"), date(2013, 4, 3)),
        (("03/04/2013", "04/13/2013"), date(2013, 3, 4)),
        (("03.04.2013", "04.04.2013"), date(2013, 4, 3)),
        (("1/2/13", "1/31/13"), date(2013, 1, 2)),
        (("30-12-99", "3-1-00"), date(1999, 12, 30)),
        (("2013.1.2", "2013.12.30"), date(2013, 1, 2)),
        (("01-Mar-2013", "04-Mar-2013"), date(2013, 3, 1)),
        (("March 1, 2013", "March 04, 2013"), date(2013, 3, 1)),
        (("Fri Mar 1 2013", "Mon Mar 4 2013"), date(2013, 3, 1)),
        (("1 Sept. 2013", "2 Sept. 2013"), date(2013, 9, 1)),
        (("41334", "41337"), date(2013, 3, 1)),
        (("1362096000000000", "1362355200000000"), date(2013, 3, 1)),
        (("-86400000", "86400000"), None),
    ],
)
def test_dates_are_read_as_the_whole_column_has_them(dates, first):
    if first is None:
        with pytest.raises(UnreadableFileError):
            one(dated(*dates))
    else:
        assert one(dated(*dates)).rows()[0].date == first


def test_the_day_is_the_exchanges_own_whatever_its_time_zone():
    text = table("Date,Close", "2013-01-02 00:00:00+09:00,1", "2013-07-03T00:00:00-04:00,2")
    assert [row.date for row in one(text).rows()] == [date(2013, 1, 2), date(2013, 7, 3)]


BAD = {
    "": "Line 1: the file is empty. Use",
    "just words": "Line 1: 'just words' has only one cell",
    "when,close\nx,1\n": "None of the columns 'when', 'close' contains dates. Name",
    "date,close\n": "Line 1: there are column names, 'date', 'close', but no rows",
    "date,open,high,low,volume\n2013-03-01,1,1,1,9\n": "is the close. Name the column",
    "date,close,Close\n2013-03-01,1,1\n": "'close' and 'Close' are both the close. Remove",
    "date,close\n2013-03-01,dear\n": "Line 2, column 'close': 'dear' is not a number. Correct",
    "date,close\n2013-03-01,1_0\n": "Line 2, column 'close': '1_0' is not a number",
    "date,close\n2013-03-01,1e999\n": "Line 2, column 'close': '1e999' is too large",
    "date,close\n2013-03-01,1e309\n": "Line 2, column 'close': '1e309' is too large",
    "date,close\n2013-03-01,=1+1\n": "Line 2, column 'close': '=1+1' is not a number",
    "date,close\n2013-03-01,\n": "There is no price",
    "date,close\n2013-03-01,0\n": "There is no price",
    "date,Last\n2013-03-01,1\n2013-03-04,-37.63\n": "Line 3, column 'Last': -37.63 is negative",
    "date,close\n2013-03-01,1e15\n": "Line 2, column 'close': 1e+15 is too large for a price",
    "date,close\n2013-03-01,1e-15\n": "Line 2, column 'close': 1e-15 is too small for a price",
    "date,close\n2013-03-01,1,2\n": "Line 2: there are 3 cells, but 2 column names. Put",
    "date,close\n2013-03-01,430,47\n": "Line 2: there are 3 cells, but 2 column",
    'date,close\n2013-03-01,"1\n': "Line 2: the table cannot be read: EOF inside string",
    "date,close\n2013-03-01,1\nTotal,1\n": "Line 3, column 'date': 'Total' is not a date. Write",
    "date,close\n2013-03-01,1\n,1\n": "Line 3, column 'date': there is no date. Write",
    "date,close\n2013-02-30,1\n": "Line 2, column 'date': '2013-02-30' is not a date",
    "date,close\n03/04/2013,1\n04/04/2013,2\n": "Line 2, column 'date': '03/04/2013' can be day/",
    "date,close\n13/04/2013,1\n04/14/2013,2\n": "has the month first, but line 2, '13/04/2013'",
    "date,close\n2113-03-01,1\n": "'2113-03-01' means 2113-03-01, which is in the future",
    "date;close\n2013-03-01;1,234\n": "Line 2: '1,234' can have a decimal comma or",
    "date;close\n2013-03-01;1,5\n2013-03-02;1,234.5\n": "'1,5' has a decimal comma, but line 3",
    "date,A,B\n2013-03-01,1,x\n": "Line 2, column 'B': 'x' is not a number",
    "date,A,A\n2013-03-01,1,1\n": "'A' appears twice",
    "symbol,date,close\nA,2013-03-01,1\n,2013-03-01,1\n": "Line 3, column 'symbol': the row has no",
    "2013-03-01,1,2,3\n": "Line 1: there are 4 columns, but no line of column names above",
    "<!DOCTYPE html><p>": "The file is a web page",
    '{"a": 1}': "The file is JSON. Save",
    "date,close\n2013-03-01,\x001\n": "binary data",
}


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_mended_is_refused_with_its_place_and_the_cure(text):
    with pytest.raises(UnreadableFileError) as caught:
        one(text)
    assert BAD[text] in caught.value.detail
    assert caught.value.problem()["errors"][0]["message"] == caught.value.detail


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"PK\x03\x04...", "zip archive or an Excel workbook. Save"),
        (b"%PDF-1.7", "PDF document"),
        (b"\x1f\x8bno gzip at all", "cannot be unpacked"),
        (gzip.compress(b"date,close\n" * 100, mtime=0)[:-9], "is cut off"),
        (gzip.compress(b"," * 6 * 1024 * 1024, mtime=0), "The unpacked file is too large"),
        (b"," * 5_000_000, "Line 1: there are 5,000,001 cells. The limit is 2,000 columns"),
        (b"\n".join([b"," * 1000] * 5000), "1,001 columns and 5,000 lines"),
        (b"date,close" + b"\n" * 5_000_000, "The file has 5,000,000 lines"),
        (b"x" * 6 * 1024 * 1024, "The file has 6,291,456 bytes"),
        (b"date,close\n2013-03-01,1\x81", "Line 2: the byte 0x81 is neither UTF-8"),
        (b"\xff\xfe\x00", "not UTF-16"),
    ],
    ids=lambda case: str(case)[:30],
)
def test_what_is_no_text_or_too_much_is_refused(body, message):
    with pytest.raises(UnreadableFileError) as caught:
        read(body, TODAY, limits=UPLOAD)
    assert message in caught.value.detail


def test_a_compressed_file_is_read():
    assert one(gzip.compress(SHAPES["stooq"])).rows() == one(SHAPES["stooq"]).rows()


def test_all_parts_of_a_compressed_file_are_read():
    whole = SHAPES["stooq"]
    parts = gzip.compress(whole[:60]) + gzip.compress(whole[60:])
    assert one(parts).rows() == one(whole).rows()


def test_rows_are_sorted_and_duplicates_and_zeros_left_out_with_a_note():
    asset = one(
        table("date,open,close", "2013-03-05,5,6", "2013-03-01,0,2", "2013-03-04,4,0")
        + "2013-03-01,1,3\n2013-03-07,7,7\n2013-03-06,1,\n"
    )
    told = [(row.date.day, row.open, row.close) for row in asset.rows()]
    assert told == [(1, 1, 3), (5, 5, 6), (7, 7, 7)]
    assert asset.notes == (
        "2 rows with a price of 0, which counts as no price (2013-03-01, 2013-03-04).",
        "Left out 2 rows without a price (2013-03-04, 2013-03-06).",
        "The rows of the file are not in order. Stockcast sorted them by date.",
        "Left out 1 row for a day that has another row (2013-03-01).",
        "The file has no adjusted closes. Its closes are used as adjusted closes.",
    )


def test_a_high_below_the_low_is_left_out_with_a_note():
    asset = one("date,high,low,close\n2013-03-01,1,2,1.5\n")
    assert (asset.rows()[0].high, asset.rows()[0].low) == (None, None)
    assert "1 row with a high below the low. Both are left out (2013-03-01)." in asset.notes


def test_of_several_rows_a_day_the_last_is_its_price():
    hours = [f"2013-03-{day:02} {hour}:00:00,{hour}" for day in (1, 4) for hour in (10, 11, 12)]
    for rows in (hours, hours[::-1]):
        asset = one(table("time,close", *rows))
        assert [row.close for row in asset.rows()] == [12, 12]
        assert "The file has several rows per day. The last row of each day counts." in asset.notes


def test_rows_of_weeks_are_not_taken_for_days_silently():
    asset = one(table("date,close", *(f"2013-03-{day:02},1" for day in (1, 8, 15, 22))))
    assert any("7 days apart" in note for note in asset.notes)


@pytest.mark.parametrize(
    "name", ["Close*", "Close**", "CLOSE", "Close (USD)", "4. close", "<CLOSE>"]
)
def test_a_close_of_another_spelling_is_the_close_and_makes_no_symbols(name):
    rows = [f"2013-03-{day:02},1,2,1,{day},9" for day in range(1, 9)]
    file = read(table(f"Date,Open,High,Low,{name},Volume", *rows).encode(), TODAY)
    assert file.columns == ("date", "open", "high", "low", "close", "volume")
    assert [row.close for row in file.chosen("").rows()] == list(range(1, 9))


def test_columns_that_are_no_prices_never_become_symbols():
    rows = [f"2013-03-{day:02},10,1{day % 2}0,{day % 2}{day}33" for day in range(1, 29)]
    with pytest.raises(UnreadableFileError, match="Column 'Sold': the values change by"):
        read(table("Date,Fair,Better,Sold", *rows).encode(), TODAY).chosen("")


def test_a_wide_file_is_a_series_a_column_which_one_chooses():
    text = table("date,LOW,open interest,OPEN", "2013-03-01,1,7,", "2013-03-04,2,8,5")
    file = read(text.encode(), TODAY)
    assert file.columns == ("LOW", "OPEN")
    assert [len(file.asset(name).rows()) for name in file.names] == [2, 1]
    assert file.chosen("open").rows()[0].close == 5
    with pytest.raises(UnreadableFileError, match="has 2 series: 'LOW', 'OPEN'"):
        file.chosen("")
    with pytest.raises(UnreadableFileError, match="no column 'C'"):
        file.chosen("C")


def test_a_column_that_is_not_in_a_file_of_one_series_is_told_without_its_empty_name():
    file = read(table("date,close", "2013-03-01,1").encode(), TODAY)
    with pytest.raises(UnreadableFileError, match="no column 'C'") as caught:
        file.chosen("C")
    assert "''" not in str(caught.value)


def test_a_long_file_is_a_series_a_symbol_each_with_the_days_it_has():
    text = table("symbol,date,price", "B,2022/01/31,5", "A,2022/01/31,1", "A,2022/02/01,2")
    file = read(text.encode(), TODAY)
    assert file.columns == ("B", "A")
    assert [row.close for row in file.chosen("A").rows()] == [1, 2]
    assert [row.date.day for row in file.chosen("B").rows()] == [31]


def test_yfinances_files_of_several_tickers_are_a_series_each():
    text = table(
        "Price,Close,Close,Volume,Volume",
        "Ticker,AAPL,MSFT,AAPL,MSFT",
        "Date,,,,",
        "2013-03-01,430.47,27.95,9,8",
    )
    file = read(text.encode(), TODAY)
    assert file.columns == ("AAPL", "MSFT")
    assert file.chosen("MSFT").rows()[0].close == 27.95
    assert file.chosen("MSFT").rows()[0].volume == 8


def test_one_may_choose_the_column_of_prices():
    text = table("Date,Open,High,Low,Value,Volume", "2013-03-01,1,2,1,7,9")
    assert one(text, column="value").rows()[0].close == 7


def test_a_single_other_column_is_the_close_and_noted():
    asset = one(table("observation_date,SP500", "2013-03-01,1518.20", "2013-03-04,."))
    assert [row.close for row in asset.rows()] == [1518.20]
    assert "The column 'SP500' is used as the close." in asset.notes


def test_columns_that_are_not_used_are_named():
    assert "These columns are not used: 'RSI'." in one("date,close,RSI\n2013-03-01,1,5\n").notes


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.234,56", 1234.56),
        ("1 234,5", 1234.5),
        ("430,47", 430.47),
        ("€ 430,47", 430.47),
        ("1'234,5", 1234.5),
        ("0,125", 0.125),
    ],
)
def test_decimal_commas_and_thousands_are_read(cell, number):
    assert one(table("Datum;Schlusskurs", f"01.03.2013;{cell}")).rows()[0].close == number


@pytest.mark.parametrize(
    ("cell", "volume"), [("138.03M", 138_030_000), ("1.2k", 1200), ("-", None)]
)
def test_volumes_with_units_are_read(cell, volume):
    text = table("Date,Price,Vol.", f'2013-03-01,"1,234.50",{cell}')
    row = one(text).rows()[0]
    assert (row.close, row.volume) == (1234.5, volume)
