"""Searching for symbols."""

import pytest

from functions.common.prices.symbol_directory import Listing
from functions.web.symbols.search import MOST, SAMPLE, Directory
from functions.web.symbols.source import bundled

LISTINGS = [
    Listing("A", "Agilent Technologies"),
    Listing("APP", "AppLovin"),
    Listing("AAPL", "Apple Inc."),
    Listing("BRK.A", "Berkshire Hathaway"),
    Listing("BRK.B", "Berkshire Hathaway"),
    Listing("MCD", "McDonald\u2019s"),
    Listing("T", "AT&T"),
    Listing("AMAT", "Applied Materials"),
    Listing("SNY", "Soci\u00e9t\u00e9 Sanofi"),
    Listing("GRN", "Green Apple Farms"),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("app", ["APP", "AAPL", "AMAT", "GRN"]),
        ("APPLE", ["AAPL", "GRN"]),
        ("brk b", ["BRK.B"]),
        ("BRK-B", ["BRK.B"]),
        ("berk HATH", ["BRK.A", "BRK.B"]),
        ("mcdonalds", ["MCD"]),
        ("McDonald's", ["MCD"]),
        ("at&t", ["T"]),
        ("soci\u00e9t\u00e9", ["SNY"]),
        ("nothing like it", []),
        ("a", ["A", "AAPL", "AMAT", "APP", "T", "GRN"]),
    ],
)
def test_tickers_come_first_and_then_words_of_the_name(query, expected):
    assert [one.symbol for one in Directory(LISTINGS).find(query)] == expected


def test_an_exact_ticker_comes_first():
    assert Directory(LISTINGS).find("t")[0].symbol == "T"


def test_at_most_twenty_are_found():
    many = Directory(Listing(f"X{number}", "Ex Company") for number in range(500))
    assert len(many.find("x")) == len(many.find("company")) == MOST
    assert len(many.find("")) == MOST


@pytest.mark.parametrize("query", ["*", "\x00", "(", "\U0010ffff", " ", "%"])
def test_a_query_of_no_letters_is_no_error(query):
    assert isinstance(Directory(LISTINGS).find(query), list)


def test_the_bundled_directory_has_the_sample_and_what_is_known_today():
    directory = bundled()
    assert len(directory) > 450
    assert directory.find("apple")[0] == SAMPLE[0]
    assert directory.find("FB")[0] == SAMPLE[1]
    assert "META" in [one.symbol for one in directory.find("meta plat")]
    assert "BRK.B" in [one.symbol for one in directory.find("berkshire")]


@pytest.mark.parametrize(
    ("query", "symbol"),
    [
        ("tencent", "0700.HK"),
        ("vodafone", "VOD.L"),
        ("s&p 500", "^GSPC"),
        ("gspc", "^GSPC"),
        ("bitcoin", "BTC-USD"),
        ("euro in", "EURUSD=X"),
        ("toyota", "7203.T"),
    ],
)
def test_the_bundled_directory_has_other_markets(query, symbol):
    assert symbol in [one.symbol for one in bundled().find(query)]
