"""Reading the CSV files a person brings."""

import gzip

import numpy as np
import pytest

from evaluation.price_files import BadPriceFileError, load, read


def write(folder, name, text):
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_the_sample_is_five_stocks():
    assert [each.symbol for each in load("sample")] == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]


def test_a_file_of_one_symbol_is_named_after_it(tmp_path):
    text = "\ufeffDate,Open,High,Low,Close\r\n2013-03-01,1,3,0.5,2\r\n\r\n2013-03-04,2,4,1,3\r\n"
    (series,) = read(write(tmp_path, "brk.b.csv", text))
    assert series.symbol == "BRK.B"
    assert series.adjusted_close.tolist() == series.close.tolist() == [2, 3]
    assert series.high.tolist() == [3, 4]
    assert series.dates[1] == np.datetime64("2013-03-04")


def test_adjusted_closes_are_used_where_they_are_given(tmp_path):
    text = "date,close,Adj Close,volume\n2013-03-01,2,1,9\n2013-03-04,3,1.5,9\n"
    (series,) = read(write(tmp_path, "X.csv", text))
    assert series.adjusted_close.tolist() == [1, 1.5]
    assert series.close.tolist() == [2, 3]
    assert np.isnan(series.open).all()


def test_a_wide_file_has_a_symbol_a_column_and_empty_days(tmp_path):
    text = "Date,LOW,OPEN\n2013-03-01 00:00:00,1,\n2013-03-04,2,5\n"
    path = write(tmp_path, "all.csv", text)
    low, opendoor = load(str(path))
    assert (low.symbol, opendoor.symbol) == ("LOW", "OPEN")
    assert (len(low), opendoor.adjusted_close.tolist()) == (2, [5])


def test_a_folder_may_hold_compressed_files(tmp_path):
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"date,close\n2013-03-01,1\n"))
    write(tmp_path, "a.csv", "date,close\n2013-03-01,1\n")
    write(tmp_path, "notes.txt", "nothing")
    assert [each.symbol for each in load(str(tmp_path))] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the file is empty"),
        ("when,close\n", "line 1: there is no column 'date'"),
        ("date,open,high\n", "has no column 'close'"),
        ("date,close,close\n", "line 1: the column 'close' is there twice"),
        ("date,close\n2013-03-01,dear\n", "line 2: close 'dear' is not a positive number"),
        ("date,close\n2013-03-01,1\n2013-03-04,0\n", "line 3: close '0' is not a positive"),
        ("date,close\n2013-03-01,\n", "line 2: close '' is not a positive number"),
        ("date,close\n2013-03-01,nan\n", "line 2: close 'nan'"),
        ("date,close\n2013-03-01,1_0\n", "line 2: close '1_0'"),
        ("date,close,open\n2013-03-01,1,-1\n", "line 2: open '-1'"),
        ("date,close,high,low\n2013-03-01,1,1,2\n", "line 2: high is below low"),
        ("date,close\n01/03/2013,1\n", "line 2: date '01/03/2013' is not like 2013-03-01"),
        ("date,close\n2013-03-01,1\n2013-03-01,1\n", "line 3: 2013-03-01 does not come after"),
        ("date,close\n2013-03-01,1,2\n", "line 2: has 3 cells, the header has 2"),
        ('date,close\n2013-03-01,"1\n', "unexpected end of data"),
        ("date,close\n", "there is no price of X"),
        ("date,A,B\n2013-03-01,1,\n", "there is no price of B"),
        ("date,A\n2013-03-01,x\n", "line 2: A 'x' is not a positive number"),
    ],
)
def test_a_bad_file_is_refused_by_its_line(tmp_path, text, message):
    path = write(tmp_path, "X.csv", text)
    with pytest.raises(BadPriceFileError) as caught:
        load(str(path))
    assert str(path) in caught.value.detail
    assert message in caught.value.detail


def test_what_is_no_text_is_refused(tmp_path):
    for name, content in (("x.csv", b"\xff\xfe\x00"), ("y.csv.gz", b"date,close\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadPriceFileError, match="cannot be read as CSV"):
            read(tmp_path / name)


def test_a_folder_without_prices_and_a_missing_one_are_refused(tmp_path):
    with pytest.raises(BadPriceFileError, match=r"holds no \.csv"):
        load(str(tmp_path))
    with pytest.raises(BadPriceFileError, match="no such file or folder"):
        load(str(tmp_path / "none"))


def test_a_symbol_in_two_files_is_refused(tmp_path):
    write(tmp_path, "a.csv", "date,close\n2013-03-01,1\n")
    write(tmp_path, "wide.csv", "date,A\n2013-03-01,1\n")
    with pytest.raises(BadPriceFileError, match="A is in another file"):
        load(str(tmp_path))
