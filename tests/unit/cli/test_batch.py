"""Which symbols a batch is of."""

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
        ("# none\n", "holds no ticker"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_file_that_is_no_list_of_tickers_is_refused_by_line(tmp_path, text, told):
    path = tmp_path / "list.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInputError, match=told):
        read([str(path)])


def test_what_is_neither_a_file_nor_a_ticker_is_refused():
    with pytest.raises(BadInputError, match=r"'no/such\.txt', neither a file nor a ticker"):
        read(["no/such.txt"])
