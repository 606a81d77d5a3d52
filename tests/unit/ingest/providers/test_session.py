"""What ingest counts of the calls to a provider."""

import pytest

from functions.common.errors import StockcastError, TemporaryError, ThrottledError
from functions.ingest.providers.session import ProviderSession, Reply


def over_budget():
    raise ThrottledError("no budget", retry_after_s=60)


def away():
    raise TemporaryError("no answer")


@pytest.mark.parametrize(
    ("spend", "attempt", "counted"),
    [
        (lambda: None, lambda: Reply(200, "{}"), ["answered"]),
        (lambda: None, lambda: Reply(404, ""), ["answered"]),
        (lambda: None, lambda: Reply(429, "", retry_after_s=60), ["throttled"]),
        (lambda: None, lambda: Reply(500, ""), ["failed"] * 3),
        (lambda: None, away, ["failed"] * 3),
        (over_budget, lambda: Reply(200, "{}"), ["throttled"]),
    ],
)
def test_each_attempt_is_counted_by_what_came_of_it(spend, attempt, counted):
    told = []
    session = ProviderSession("any", spend=spend, sleep=lambda _: None, count=told.append)
    try:
        session.with_retries(attempt)
    except StockcastError:
        assert counted != ["answered"]
    assert told == counted
