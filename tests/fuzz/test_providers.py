"""Whatever a provider answers, ingest gets a clean history or a clear error."""

import json
from datetime import date, datetime, timezone
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.errors import StockcastError
from functions.common.prices.history import PriceHistory
from functions.forecast.prices import csv_columns as price_csv
from functions.ingest.providers.sample import SampleProvider
from functions.ingest.providers.session import ATTEMPTS, ProviderSession, retry_after
from tests.fuzz.documents import texts
from tests.support.providers import DIALECTS, KEY, provider_of, replayed
from tests.support.replay import Fault, Market, wandering

FIRST, LAST = date(2017, 3, 1), date(2017, 3, 8)
NOW = datetime(2017, 4, 3, 12, tzinfo=timezone.utc).timestamp
STATUSES = st.sampled_from([200] * 12 + [204, 301, 400, 401, 403, 404, 422, 429, 500, 503])
REGRESSIONS = [
    (200, b"[" * 100_000),
    (200, b'{"chart": {"result": [], "error": null}}'),
    (200, b'{"chart": {"result": [7], "error": null}}'),
    (404, b'{"chart": {"result": null, "error": "none"}}'),
    (400, b'{"quandl_error": {"code": 7}}'),
    (400, b'{"quandl_error": {"code": "QEXx01", "message": {}}}'),
    (200, b'[{"date": "2017-03-01", "adjClose": 1' + b"0" * 400 + b"}]"),
]


class Provider:
    def __init__(self, name):
        market = Market()
        market.days = {"ACME": wandering(FIRST, LAST)}
        self.replay = replayed(name, market)
        session = partial(ProviderSession, spend=lambda: None, sleep=lambda _: None)
        self.provider = provider_of(self.replay, session, NOW)
        documents = []
        self.replay.spoil = documents.append
        self.provider.fetch("ACME")
        self.good = documents[-1]

    def answers(self, status, body):
        """A history that can be stored and read, or an error without the key."""
        self.replay.faults[:] = [Fault("instead", status=status, body=body)] * ATTEMPTS
        try:
            fetched = self.provider.fetch("ACME")
        except StockcastError as error:
            assert KEY not in error.detail
            error.detail.encode()
            return None
        stored = fetched.history.to_csv()
        again = PriceHistory.from_csv("ACME", stored, fetched.notes, fetched.instrument)
        assert again == fetched.history
        price_csv.read("ACME", stored)
        return fetched


@pytest.fixture(scope="module", params=DIALECTS)
def provider(request):
    if request.param == "yahoo":
        pytest.importorskip("yfinance")
    provider = Provider(request.param)
    yield provider
    provider.replay.close()


def test_answers_that_are_nearly_right(provider):
    @given(STATUSES, texts(provider.good))
    def answer(status, body):
        provider.answers(status, body)

    assert len(provider.answers(200, json.dumps(provider.good)).rows) == 6
    for status, body in REGRESSIONS:
        provider.answers(status, body)
    answer()


@given(st.text(max_size=12))
def test_symbols_that_the_sample_does_not_have(symbol):
    with pytest.raises(StockcastError):
        SampleProvider().fetch(symbol + "?")


@given(st.one_of(st.text(max_size=30), st.integers().map(str), st.datetimes().map(str)))
def test_times_to_wait(value):
    waits = retry_after({"Retry-After": value})
    assert waits is None or 0 <= waits <= 31 * 86_400
