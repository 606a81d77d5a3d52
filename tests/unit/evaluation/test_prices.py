"""The series in a person's own files."""

import gzip

import numpy as np
import pytest

from evaluation.prices import BadPriceFileError, load
from tests.support.price_files import ADJUSTED, CLOSES, DAYS, SHAPES


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def loaded(source):
    return [each.series for each in load(source)]


def test_the_sample_is_five_stocks():
    assert [each.symbol for each in loaded("sample")] == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


def test_a_file_is_named_after_its_ticker_or_else_itself(tmp_path):
    (series,) = loaded(write(tmp_path, "brk.b.csv", SHAPES["tiingo"]))
    assert series.symbol == "BRK.B"
    assert series.close.tolist() == CLOSES
    assert series.adjusted_close.tolist() == ADJUSTED
    assert series.dates[0] == np.datetime64(DAYS[0])
    (named,) = loaded(write(tmp_path, "download.csv", SHAPES["kaggle"]))
    assert named.symbol == "ACME"
    assert named.adjusted_close.tolist() == named.close.tolist() == CLOSES


def test_a_wide_file_has_a_symbol_a_column_and_empty_days(tmp_path):
    text = "Date,LOW,OPEN\n2013-03-01 00:00:00,1,\n2013-03-04,2,5\n"
    low, opendoor = loaded(write(tmp_path, "all.csv", text))
    assert (low.symbol, opendoor.symbol) == ("LOW", "OPEN")
    assert (len(low), opendoor.adjusted_close.tolist()) == (2, [5])
    assert np.isnan(low.high).all()


def test_a_folder_may_hold_files_of_several_kinds(tmp_path):
    write(tmp_path, "b.csv.gz", gzip.compress(b"date,close\n2013-03-01,1\n"))
    write(tmp_path, "a.csv", "date,close\n2013-03-04,1\n2013-03-01,1\n")
    write(tmp_path, "notes.md", "nothing")
    one, other = load(str(tmp_path))
    assert (one.series.symbol, other.series.symbol) == ("A", "B")
    assert "The file begins with the newest row. Stockcast sorted the rows by date." in one.notes


def test_what_cannot_be_read_is_refused_by_its_file_and_line(tmp_path):
    path = write(tmp_path, "X.csv", "date,close\n2013-03-01,dear\n")
    with pytest.raises(BadPriceFileError) as caught:
        load(path)
    assert f"{path}: Line 2, column 'close': 'dear' is not a number." in caught.value.detail


def test_a_folder_without_prices_and_a_missing_one_are_refused(tmp_path):
    with pytest.raises(BadPriceFileError, match=r"contains no \.csv"):
        load(str(tmp_path))
    with pytest.raises(BadPriceFileError, match="no such file or folder"):
        load(str(tmp_path / "none"))


def test_a_symbol_in_two_files_is_refused(tmp_path):
    write(tmp_path, "a.csv", "date,close\n2013-03-01,1\n")
    write(tmp_path, "wide.csv", "date,A,B\n2013-03-01,1,2\n")
    with pytest.raises(BadPriceFileError, match=r"A is also in .*a.csv"):
        load(str(tmp_path))
