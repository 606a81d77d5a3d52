"""Price files are read as strictly as they are written."""

from datetime import date

import pytest

from functions.common.prices.history import HEADER, BadPricesError, PriceHistory, PriceRow


def row(day, adjusted=1.0):
    return PriceRow(day, None, None, None, None, None, adjusted)


def test_rows_survive_the_file_to_the_last_digit():
    history = PriceHistory(
        "X", (PriceRow(date(2013, 3, 1), 1.1, 2, 0.1, 1 / 3, 123456789, 4.186662803811),)
    )
    assert PriceHistory.from_csv("X", history.to_csv()) == history
    assert history.to_csv().startswith(HEADER.encode())


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
