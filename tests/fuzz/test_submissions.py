"""What people type and submit: each is refused with the reason, or can be worked on."""

from hypothesis import example, given
from hypothesis import strategies as st

from functions.common.cloudevent import json_bytes
from functions.common.errors import StockcastError
from functions.common.request_record import body_of
from functions.web import batch_submission, submission, symbol_source
from functions.web.symbols import MOST
from tests.fuzz.documents import texts

ASKED = {"symbol": "AAPL", "days": 45, "model": "prophet", "id": "my-request", "options": {"a": 1}}
DIRECTORY = symbol_source.bundled()


@given(texts(ASKED))
@example(b'{"symbol": "AAPL", "days": 45, "options": {"a": 1e999}}')
@example(b'{"symbol": "AAPL", "days": 45, "options": {"a": NaN}}')
@example(b'{"symbol": "AAPL", "days": 45, "options": {"a": "\\ud800"}}')
@example(b'{"symbol": "AAPL", "days": ' + b"9" * 5000 + b"}")
@example(b'{"options": ' + b'{"a":' * 60_000)
def test_submissions(body):
    try:
        requested = submission.read(body).requested
    except StockcastError as error:
        assert error.status in {400, 422}
        error.detail.encode()
    else:
        json_bytes(requested.to_data())
        body_of(requested).encode("ascii")


@given(texts({"symbols": ["AAPL", "MSFT"], "days": 45, "model": "calibrated", "id": "my-batch"}))
def test_batches(body):
    try:
        batch = batch_submission.read(body)
    except StockcastError as error:
        assert error.status in {400, 422}
        error.detail.encode()
    else:
        for member in batch.members(0, len(batch.symbols)):
            json_bytes(member.to_data())


@given(st.text(max_size=100))
@example("\U0010ffff")
@example("İ")
@example("'")
def test_searches(query):
    assert len(DIRECTORY.find(query)) <= MOST
