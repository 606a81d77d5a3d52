"""web refuses requests that it cannot answer soon, and accepts new ones when others end."""

import pytest
from msgspec.structs import replace

from functions.common.errors import UnknownSymbolError
from functions.common.messages.events import ForecastRequested
from functions.common.requests.keys import BACKLOG
from functions.common.requests.parts import left
from tests.integration.web.api.test_forecasts import assert_problem, submit
from tests.support.turns import answered

LIMIT = 3


@pytest.fixture
def settings(settings):
    return replace(settings, backlog_limit=LIMIT)


def fill(url):
    for number in range(LIMIT):
        assert submit(url, id=f"request-{number}", days=number + 1).status_code == 202


def asked(number):
    return ForecastRequested(f"request-{number}", "AAPL", number + 1)


def test_a_full_backlog_is_503_and_says_when_to_come_back(url, inbox):
    fill(url)
    answer = submit(url, days=99)
    problem = assert_problem(answer, 503)
    assert problem["type"].endswith("/overloaded")
    assert str(LIMIT) in problem["detail"]
    assert int(answer.headers["retry-after"]) >= 1
    assert len(inbox.events) == LIMIT


def test_a_request_that_ends_makes_room(url, store, redis_client):
    fill(url)
    store.done(asked(0), "key")
    assert submit(url, days=90).status_code == 202
    assert submit(url, days=91).status_code == 503
    store.fail(asked(1), UnknownSymbolError("no"))
    assert submit(url, days=92).status_code == 202
    assert redis_client.zcard(BACKLOG) == LIMIT


def test_what_is_known_is_answered_while_the_backlog_is_full(url, store, redis_client):
    fill(url)
    assert submit(url, id="request-0", days=1).status_code == 202
    assert submit(url, days=0).status_code == 422


def test_a_request_that_was_not_accepted_takes_no_room(url, inbox, redis_client):
    inbox.status = 500
    assert submit(url).status_code == submit(url, id="request-9").status_code == 503
    assert redis_client.zcard(BACKLOG) == 0


def test_a_finished_request_that_is_sent_again_takes_no_room(url, store, redis_client):
    fill(url)
    for number in range(LIMIT):
        answered(store, asked(number), "key")
    fill(url)
    assert redis_client.zcard(BACKLOG) == 0


def test_a_request_that_nobody_ends_leaves_with_its_deadline(url, redis_client):
    fill(url)
    for number in range(LIMIT):
        redis_client.zadd(BACKLOG, {f"request-{number}": 1})
    assert submit(url, days=90).status_code == 202
    assert redis_client.zcard(BACKLOG) == 1


def test_the_backlog_is_forgotten_once_all_deadlines_have_passed(url, redis_client):
    fill(url)
    assert 0 < redis_client.pttl(BACKLOG) <= 600_000


def test_members_of_a_batch_wait_elsewhere():
    assert left("my-batch--0001") == []
    assert left("request-1")
