"""CSV and directory files from anywhere: Stockcast reads each or names the place of the error."""

import gzip
import json
from datetime import date

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from functions.common.errors import BadAnswerError, InvalidFieldError, RequestError
from functions.common.messages import interest_csv as interest
from functions.common.prices import notes
from functions.common.prices import symbol_directory as listings
from functions.common.prices.history import HEADER, BadPricesError, PriceHistory, PriceRow
from functions.common.prices.symbol_directory import BadDirectoryError
from functions.forecast.prices import csv_columns as price_csv
from functions.ingest.uploads import reader
from functions.ingest.uploads.limits import UPLOAD
from functions.ingest.uploads.refusal import UnreadableFileError
from tests.fuzz.documents import tables
from tests.support.price_files import SHAPES

ROWS = [
    ["date", "open", "high", "low", "close", "volume", "adj_close"],
    ["2013-02-27", "1.5", "2", "1", "1.5", "100", "1.25"],
    ["2013-02-28", "", "", "", "", "", "1.5"],
    ["2013-03-01", "1e-5", "2", "1", "1.5", "1e9", "1.75"],
]
WIDE = [["date", "AAPL", "MSFT"], ["2013-02-28", "1.5", ""], ["2013-03-01", "2", "3"]]
INTEREST = [
    *(["Category: All categories"], [], ["Week", "apple: (United States)"]),
    *([f"2012-01-{day:02}", "<1" if day == 2 else str(day - 1)] for day in range(1, 15)),
]
DIRECTORY = [
    ["Symbol", "Security Name", "Market Category", "Test Issue", "ETF"],
    ["AAPL", "Apple Inc. - Common Stock", "Q", "N", "N"],
    ["ZAZZT", "Tick Pilot Test Stock", "G", "Y", "N"],
    ["File Creation Time: 1124202521:33", "", "", "", ""],
]


LONG = [["symbol", "date", "price"], ["A", "2022/01/31", "1"], ["B", "2022/01/31", "2.5"]]


@st.composite
def files(draw):
    """A file of prices of some shape, with cells, bytes or lines of it spoilt."""
    known = st.sampled_from([ROWS, WIDE, LONG]).flatmap(tables)
    if draw(st.booleans()):
        return csv_of(draw(known), draw(st.sampled_from(["\n", "\r\n", "\r"]))).encode(
            "utf-8", "surrogatepass"
        )
    body = bytearray(draw(st.sampled_from(sorted(SHAPES.values())))[:1500])
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body) - 1))
        body[at : at + draw(st.integers(0, 3))] = draw(
            st.one_of(
                st.binary(max_size=4), st.sampled_from([b",", b";", b"\n", b'"', b"-", b"\x00"])
            )
        )
    return bytes(body)


def csv_of(rows, ending="\n"):
    return ending.join(",".join(row) for row in rows) + ending


BODIES = st.one_of(
    st.builds(csv_of, tables(ROWS), st.sampled_from(["\n", "\r\n", "\r"])).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    ),
    st.binary(max_size=100).map(lambda rest: HEADER.encode() + b"\n" + rest),
    st.binary(max_size=40),
)


@given(st.text(max_size=60))
@example("[" * 100_000)
def test_headers_with_notes(header):
    assert all(isinstance(note, str) for note in notes.from_header(header))


@given(st.lists(st.text(max_size=300), max_size=8))
def test_notes(told):
    header = notes.to_header(told)
    assert header.isascii()
    assert header.isprintable()
    kept = notes.from_header(header)
    assert list(kept) == told or len(kept) <= len(told)


PRICES = st.floats(1e-9, 1e12)
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))


@given(st.dictionaries(st.dates(), st.tuples(*[NUMBERS] * 5, PRICES), max_size=5))
def test_rows_come_back_as_they_were_written(by_day):
    rows = [PriceRow(day, *numbers) for day, numbers in sorted(by_day.items())]
    history = PriceHistory("AAPL", rows)
    assert PriceHistory.from_csv("AAPL", history.to_csv()) == history


@given(BODIES)
@example(HEADER.encode() + b"\n\x00")
@example(HEADER.encode() + b'\n"\r2013')
@example(HEADER.encode() + b"\n" + b"1" * 200_000)
def test_stored_prices(body):
    try:
        history = PriceHistory.from_csv("AAPL", body)
    except BadPricesError as error:
        assert error.detail.startswith("AAPL")
        return
    assert PriceHistory.from_csv("AAPL", history.to_csv()).to_csv() == history.to_csv()


@given(BODIES)
@example(HEADER.encode() + b"\n2013-02-27,1,1,1,1,1")
@example(HEADER.encode() + b"\n#,")
@example(HEADER.encode() + b"\n2013,1,1,1,1,1,1\n2014,1,1,1,1,1,1\n")
def test_prices_to_forecast_from(body):
    try:
        series = price_csv.read("AAPL", body)
    except RequestError as error:
        error.detail.encode()
        return
    assert np.isfinite(series.adjusted_close).all()
    assert (series.adjusted_close > 0).all()


@given(files())
@example(b"date,close\n2013-W01-1,1\n")
def test_files_of_a_person(body):
    try:
        file = reader.read(body, date(2026, 1, 1), limits=UPLOAD)
        histories = [PriceHistory("X", file.asset(name).rows()) for name in file.names]
    except UnreadableFileError as error:
        json.dumps(error.problem()).encode()
        return
    assert histories
    assert all(history.rows for history in histories)
    assert all(text.isprintable() for name in file.names for text in file.asset(name).notes)


@given(tables(INTEREST), st.sampled_from(["\n", "\r\n", "\r"]))
@example([["Week", "=cmd"], *INTEREST[3:]], "\n")
@example([["Week", "\x00"]], "\n")
def test_search_interest(rows, ending):
    try:
        found = interest.read(csv_of(rows, ending), "interest_csv")
    except InvalidFieldError as error:
        assert error.field == "interest_csv"
        error.detail.encode("utf-8", "surrogatepass")
        return
    assert list(found.dates) == sorted(found.dates)
    assert all(0 <= value <= 100 for value in found.values)


def test_an_export_of_interest_is_read():
    assert interest.read(csv_of(INTEREST), "interest_csv").values[:3] == (0, 0.5, 2)


@given(tables(DIRECTORY), st.sampled_from(["\n", "\r\n"]))
@example([["Symbol"]], "\n")
@example([], "\n")
def test_symbol_directories(rows, ending):
    text = ending.join("|".join(row) for row in rows)
    text = text.encode("utf-8", "replace").decode()  # as it comes from the network
    try:
        found, _ = listings.from_nasdaq_trader(text, "Symbol")
    except BadAnswerError:
        return
    kept = listings.from_bytes(listings.to_bytes(found))
    assert [one.symbol for one in kept] == [one.symbol for one in sorted(found)]


@given(st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(gzip.compress)))
@example(gzip.compress(b"AAPL\tApple\n")[:15] + b"\xff\xff\xff\xff")
def test_kept_directories(body):
    try:
        listings.from_bytes(body)
    except BadDirectoryError as error:
        error.detail.encode()
