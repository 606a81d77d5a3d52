"""Texts and submissions from people: Stockcast refuses each with a reason, or can process it."""

from hypothesis import example, given
from hypothesis import strategies as st

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import StockcastError
from functions.common.messages.submissions import BatchSubmission
from functions.common.requests.keys import body_of
from functions.web.api import submission
from functions.web.stores import price_history
from functions.web.stores.batch import Batch
from functions.web.symbols import source as symbol_source
from functions.web.symbols.search import MOST
from tests.fuzz.documents import nasty, texts

ASKED = {"symbol": "AAPL", "days": 45, "model": "prophet", "id": "my-request", "options": {"a": 1}}
DIRECTORY = symbol_source.bundled()


def taken(read, *given):
    """What `read` makes of it, or None if it refuses it with a reason."""
    try:
        return read(*given)
    except StockcastError as error:
        assert error.status in {400, 422}
        error.detail.encode()
        return None


def can_be_sent(requested):
    json_bytes(requested.to_data())
    body_of(requested).encode("ascii")
    return True


@given(texts(ASKED))
@example(b'{"symbol": "AAPL", "days": 45, "options": {"a": 1e999}}')
@example(b'{"symbol": "AAPL", "days": 45, "options": {"a": NaN}}')
@example(b'{"symbol": "AAPL", "days": 45, "options": {"a": "\\ud800"}}')
@example(b'{"symbol": "AAPL", "days": ' + b"9" * 5000 + b"}")
@example(b'{"options": ' + b'{"a":' * 60_000)
def test_submissions(body):
    given = taken(submission.forecast, body)
    assert given is None or can_be_sent(given.requested)


@given(texts({"symbols": ["AAPL", "MSFT"], "days": 45, "model": "calibrated", "id": "my-batch"}))
def test_batches(body):
    batch = taken(lambda: Batch.of(BatchSubmission.from_data(submission.json_object(body))))
    for member in batch.members(0, len(batch.symbols)) if batch else ():
        json_bytes(member.to_data())


@given(st.text(max_size=100))
@example("\U0010ffff")
@example("İ")
@example("'")
def test_searches(query):
    assert len(DIRECTORY.find(query)) <= MOST


ANALYSIS = {"symbol": "AAPL", "kind": "buy_and_hold", "start": "2012-01-03", "nshares": 10}
OF_PROPHET = {"symbol": "AAPL", "kind": "prior_analysis", "priors": [0.05, 0.1], "days": 30}
INTEREST = {"symbol": "AAPL", "kind": "search_interest", "interest_csv": "Week,a\n2012-01-01,1\n"}


@given(st.sampled_from([ANALYSIS, OF_PROPHET, INTEREST]).flatmap(texts))
@example(b'{"symbol": "AAPL", "kind": "buy_and_hold", "nshares": ' + b"9" * 400 + b"}")
@example(b'{"symbol": "AAPL", "kind": "prior_analysis", "priors": [' + b"9" * 400 + b"]}")
def test_analyses(body):
    given = taken(submission.analysis, body)
    assert given is None or can_be_sent(given.requested)


@given(st.text(max_size=12), st.dictionaries(st.sampled_from(["start", "end"]), nasty.map(str)))
def test_queries_of_histories(symbol, query):
    try:
        price_history.read_query(symbol, query)
    except StockcastError as error:
        assert error.status == 422
