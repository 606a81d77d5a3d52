"""The file format of the symbol directory, and the files that it is made from."""

import gzip

import pytest

from functions.common.errors import BadAnswerError
from functions.common.prices.symbol_directory import (
    BadDirectoryError,
    Listing,
    from_bytes,
    from_nasdaq_trader,
    to_bytes,
)

NASDAQ = """\
Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares
AAPL|Apple Inc. - Common Stock|Q|N|N|100|N|N
GOOGL|Alphabet Inc. - Class A Common Stock|Q|N|N|100|N|N
QQQ|Invesco QQQ Trust, Series 1|G|N|N|100|Y|N
ZAZZT|Tick Pilot Test Stock Class A Common Stock|G|Y|N|100|N|N
File Creation Time: 1123202621:31|||||||
"""
OTHER = """\
ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol
BRK.B|Berkshire Hathaway Inc. New Common Stock|N|BRK.B|N|100|N|BRK.B
BABA|Alibaba Group Holding Limited American Depositary Shares|N|BABA|N|100|N|BABA
BAC$E|Bank of America Corporation Depositary Shares|N|BACpE|N|100|N|BAC-E
File Creation Time: 1123202621:31||||||
"""


def test_nasdaqs_own_listings_are_read():
    listings, left_out = from_nasdaq_trader(NASDAQ, "Symbol")
    assert listings == [
        Listing("AAPL", "Apple Inc."),
        Listing("GOOGL", "Alphabet Inc."),
        Listing("QQQ", "Invesco QQQ Trust, Series 1"),
    ]
    assert left_out == 1


def test_listings_of_other_exchanges_are_read():
    listings, left_out = from_nasdaq_trader(OTHER, "ACT Symbol")
    assert listings == [
        Listing("BRK.B", "Berkshire Hathaway Inc."),
        Listing("BABA", "Alibaba Group Holding Limited"),
    ]
    assert left_out == 1


@pytest.mark.parametrize(
    "text",
    ["", "<html>Down</html>", NASDAQ[: len(NASDAQ) // 2], "Ticker|Name\nFile Creation Time: 1"],
)
def test_a_truncated_or_wrong_file_is_refused_and_quoted(text):
    with pytest.raises(BadAnswerError) as caught:
        from_nasdaq_trader(text, "Symbol")
    assert repr(text[:200]) in caught.value.detail


def test_the_directory_file_keeps_every_listing():
    listings = [Listing("BRK.B", "Berkshire Hathaway"), Listing("AAPL", "Apple\tInc.")]
    body = to_bytes(listings)
    assert from_bytes(body) == [
        Listing("AAPL", "Apple Inc."),
        Listing("BRK.B", "Berkshire Hathaway"),
    ]
    assert to_bytes(reversed(listings)) == body


@pytest.mark.parametrize("body", [b"?", gzip.compress(b"AAPL Apple\n", mtime=0), to_bytes([])[:12]])
def test_a_broken_directory_file_is_refused(body):
    with pytest.raises(BadDirectoryError):
        from_bytes(body)
