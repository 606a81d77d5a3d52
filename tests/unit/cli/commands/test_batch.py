"""Which symbols a batch contains."""

import pytest

from cli.arguments import BadInputError
from cli.commands.batch import read


def test_tickers_and_files_of_tickers_are_taken_in_their_order(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("# banks\njpm, bac\n\nBRK.B  gs # Goldman\n")
    assert read(["aapl", str(path), "MSFT"]) == ["AAPL", "JPM", "BAC", "BRK.B", "GS", "MSFT"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("AAPL\n\n=X\n", "'=X', in .*, line 3: must be a symbol"),
        ("# none\n", "contains no ticker"),
        (b"\xff\xfe", "Cannot read"),
    ],
)
def test_a_file_that_is_no_list_of_tickers_is_refused_by_line(tmp_path, text, told):
    path = tmp_path / "list.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInputError, match=told):
        read([str(path)])


@pytest.mark.parametrize("missing", ["no/such", "watchlist.txt", "WATCHLIST.CSV"])
def test_a_missing_file_is_not_taken_for_a_ticker(missing):
    with pytest.raises(BadInputError, match=f"There is no file {missing}"):
        read([missing])


def test_a_word_that_is_neither_a_file_nor_a_ticker_is_refused():
    with pytest.raises(BadInputError, match="'A B C', neither a file nor a ticker"):
        read(["A B C"])
