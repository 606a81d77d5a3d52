"""Amounts of money are easy to read."""

import pytest

from functions.common.money import Money


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [
        ("USD", 1234.5, "$1,234.50"),
        ("USD", 0.12345, "$0.1235"),
        ("USD", -5.0, "-$5.00"),
        ("USD", 0.0, "$0.00"),
        ("GBP", 0.7234, "£0.7234"),
        ("EUR", 12.3, "€12.30"),
        ("JPY", 2345.6, "¥2,346"),
        ("JPY", 345.6, "¥345.60"),
        ("HKD", 512.5, "HK$512.50"),
        ("CHF", 12.3, "CHF\N{NO-BREAK SPACE}12.30"),
        ("", 6543.21, "6,543.21"),
    ],
)
def test_an_amount_is_written_in_its_currency(currency, amount, text):
    assert Money(currency)(amount) == text


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [("USD", 1.08527, "$1.0853"), ("JPY", 149.234, "¥149.23"), ("GBP", 0.853214, "£0.8532")],
)
def test_a_currency_pair_has_the_digits_that_traders_use(currency, amount, text):
    assert Money(currency, is_pair=True)(amount) == text


def test_a_result_says_its_currency_and_an_index_has_none():
    assert Money.of({"currency": "GBP", "data": {"calendar": "XLON"}})(2.0) == "£2.00"
    assert Money.of({"currency": None, "data": {"calendar": "XNYS"}})(2.0) == "2.00"
    assert Money.of({"currency": "USD", "data": {"calendar": "24/5"}})(1.08527) == "$1.0853"
    assert Money.of({})(2.0) == "$2.00"


def test_a_label_of_an_axis_is_short():
    assert Money("GBP").label(1200.0) == "£1,200"
    assert Money("").label(-0.5) == "-0.5"
