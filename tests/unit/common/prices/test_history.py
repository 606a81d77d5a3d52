"""Reading price files is as strict as writing them."""

from datetime import date

import pytest

from functions.common.prices.history import HEADER, BadPricesError, PriceHistory, PriceRow, Rows


def row(day, adjusted=1.0):
    return PriceRow(day, None, None, None, None, None, adjusted)


def test_rows_survive_the_file_to_the_last_digit():
    history = PriceHistory(
        "X", (PriceRow(date(2013, 3, 1), 1.1, 2, 0.1, 1 / 3, 123456789, 4.186662803811),)
    )
    assert PriceHistory.from_csv("X", history.to_csv()) == history
    assert history.to_csv().startswith(HEADER.encode())


def test_a_file_has_the_shortest_numbers_and_empty_cells_for_missing_ones():
    rows = (
        PriceRow(date(2013, 3, 1), 100.0, None, 1e-7, 10.05, 1e9, 2.0),
        PriceRow(date(2013, 3, 4), None, None, None, None, None, 0.1),
    )
    assert PriceHistory("X", rows).to_csv().decode().split("\n") == [
        HEADER,
        "2013-03-01,100,,1e-7,10.05,1000000000,2",
        "2013-03-04,,,,,,0.1",
        "",
    ]
    assert PriceHistory("X", ()).to_csv().decode() == f"{HEADER}\n"


def test_rows_in_columns_are_a_sequence_of_rows():
    given = [row(date(2013, 3, day), float(day)) for day in (1, 4, 5)]
    rows = Rows.of(given)
    assert (list(rows), len(rows), rows[-1]) == (given, 3, given[2])
    assert rows[1:] == tuple(given[1:]) == Rows.of(given[1:])
    assert rows[:1] + rows[1:] == rows != Rows()
    assert not Rows()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "line 1"),
        (b"date,close\n", "line 1"),
        (HEADER.encode() + b"\n2013-03-01,1,1,1,1,1\n", "line 2"),
        (HEADER.encode() + b"\n2013-03-01,,,,,,1\n2013-13-01,,,,,,1\n", "line 3"),
        (HEADER.encode() + b"\n2013-03-01,,,,,,dear\n", "line 2"),
        (HEADER.encode() + b"\n2013-03-01,,,,,,nan\n", "adjusted close of 2013-03-01"),
        (HEADER.encode() + b"\n2013-03-01,,,,,,0\n", "adjusted close of 2013-03-01"),
        (HEADER.encode() + b"\n2013-03-02,,,,,,1\n2013-03-01,,,,,,1\n", "comes after"),
    ],
)
def test_a_bad_file_is_refused_by_line_or_day(body, said):
    with pytest.raises(BadPricesError, match=said):
        PriceHistory.from_csv("X", body)
