"""Batches over HTTP, with a real Redis; the broker is an inbox."""

import json
import threading
import time

import pytest
import requests
from msgspec.structs import replace

from functions.common.cloudevents.event import Envelope
from functions.common.errors import UnknownSymbolError
from functions.common.messages.events import BatchRequested, ForecastRequested
from functions.common.requests.batches import COUNTED, headline
from functions.common.requests.keys import request_key
from functions.common.requests.record import Status
from functions.web.publishing import batch_members as expansion
from tests.integration.web.serving import serving
from tests.support.events import send
from tests.support.threads import at_once
from tests.unit.web.api.test_batches import RESULT

TOKEN = "a-token-for-these-tests"
SYMBOLS = [f"S{number}" for number in range(200)]
NONE = dict.fromkeys(COUNTED, 0)


@pytest.fixture
def settings(settings):
    return replace(settings, event_tokens=(TOKEN,))


def submit(url, symbols=SYMBOLS, **changes):
    body = {"symbols": symbols, "days": 45, "id": "my-batch"} | changes
    return requests.post(f"{url}/api/batches", json=body, timeout=300)


def get(url, path="", **options):
    return requests.get(f"{url}/api/batches/my-batch{path}", timeout=300, **options)


def document(url):
    return get(url).json()


def member(number):
    return ForecastRequested(f"my-batch--{number:04}", SYMBOLS[number], 45)


def finish(store, number):
    store.advance(member(number), Status.INGESTING)
    store.done(member(number), "key", headline=json.dumps(headline(RESULT)))


def expand(url, batch_id="my-batch", *, is_signed=True):
    event = Envelope("1", "/s", BatchRequested.TYPE, {"batch_id": batch_id})
    return send(f"{url}/events/batch", event, TOKEN if is_signed else "")


def expand_until_full(url, inbox, monkeypatch):
    """Expand the batch until enough members are in flight, however few one turn hands over."""
    monkeypatch.setattr(expansion, "TURN_S", 0.5)
    while len(set(published(inbox))) < expansion.IN_FLIGHT:
        assert expand(url).status_code == 204


def published(inbox):
    return [one.id for one in inbox.events if one.type == ForecastRequested.TYPE]


def test_a_batch_is_accepted_with_a_request_for_each_symbol_and_one_event(url, inbox):
    answer = submit(url)
    assert answer.status_code == 202
    assert answer.headers["location"] == "/api/batches/my-batch"
    assert answer.json()["status"] == "queued"
    assert set(answer.json()["links"]) == {"self", "events", "results", "ranking"}
    [event] = inbox.events
    assert (event.type, event.data) == (BatchRequested.TYPE, {"batch_id": "my-batch"})
    told = document(url)
    assert (told["status"], told["total"], told["counts"]["queued"]) == ("running", 200, 200)
    one = requests.get(f"{url}/api/forecasts/my-batch--0199", timeout=300).json()
    assert (one["symbol"], one["status"]) == ("S199", "queued")


def test_a_broker_that_answers_late_is_not_waited_for_once_members_are_handed_over(url, inbox):
    is_late = threading.Event()

    def deliver_first(event):
        if event.type == BatchRequested.TYPE:
            expand(url)
            is_late.wait(60)
        return 202, {}, b""

    inbox.answers = deliver_first
    assert submit(url, SYMBOLS[:5]).status_code == 202
    assert not is_late.is_set()
    is_late.set()


def test_the_most_symbols_are_accepted_at_once(url):
    symbols = [f"A{number:09}" for number in range(5000)]
    assert submit(url, symbols).status_code == 202
    assert document(url)["counts"]["queued"] == 5000


def test_the_same_id_and_symbols_are_the_same_batch(url, inbox):
    first, second = submit(url), submit(url)
    assert first.json() == second.json()
    assert len(inbox.events) == 2
    assert document(url)["total"] == 200


@pytest.mark.parametrize("change", [{"days": 46}, {"symbols": ["AAPL"]}, {"model": "prophet"}])
def test_the_same_id_with_another_body_is_a_conflict(url, change):
    submit(url)
    answer = submit(url, **change)
    assert answer.status_code == 409
    assert "my-batch" in answer.json()["detail"]


def test_a_member_id_that_is_taken_is_a_conflict_and_nothing_is_kept(url, store, redis_client):
    store.advance(ForecastRequested("my-batch--0150", "IBM", 1), Status.QUEUED)
    assert submit(url).status_code == 409
    assert redis_client.keys("stockcast:batch:*") == []
    assert redis_client.keys("stockcast:request:*") == [request_key("my-batch--0150").encode()]


def test_an_unknown_batch_is_404_everywhere(url):
    for suffix in ("", "/events", "/results.csv", "/ranking"):
        answer = requests.get(f"{url}/api/batches/nobodys{suffix}", timeout=300)
        assert answer.status_code == 404
        assert "nobodys" in answer.json()["detail"]


def test_a_hundred_symbols_count_as_one_request(settings):
    with serving(replace(settings, requests_per_minute=3)) as url:
        # Each has two hundred symbols.
        answers = [submit(url, id=f"my-batch-{number}").status_code for number in range(2)]
    assert answers == [202, 429]


def test_a_batch_whose_event_the_broker_refuses_can_be_sent_again(url, inbox):
    inbox.status = 500
    assert submit(url).status_code == 503
    inbox.status = 202
    assert submit(url).status_code == 202
    assert inbox.events[-1].type == BatchRequested.TYPE


def test_no_more_members_are_handed_over_than_may_be_in_flight(url, inbox, monkeypatch):
    submit(url)
    expand_until_full(url, inbox, monkeypatch)
    assert expand(url).status_code == 204
    assert len(published(inbox)) == expansion.IN_FLIGHT
    assert inbox.events[-1].type == BatchRequested.TYPE


def test_members_follow_as_those_before_them_end(url, inbox, store, monkeypatch):
    monkeypatch.setattr(expansion, "TURN_S", 20.0)

    def work(event):
        if event.type == ForecastRequested.TYPE:
            finish(store, int(event.id[-4:]))
        return 202, {}, b""

    inbox.answers = work
    submit(url)
    assert expand(url).status_code == 204
    assert sorted(published(inbox)) == [member(number).request_id for number in range(200)]
    told = document(url)
    assert (told["status"], told["counts"]["done"], told["counts"]["queued"]) == ("done", 200, 0)


def test_an_expansion_that_breaks_off_goes_on_where_it_was(url, inbox, monkeypatch):
    submit(url)
    inbox.answers = lambda _: (202 if len(inbox.events) < 30 else 500, {}, b"")
    answer = expand(url)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    inbox.answers = lambda _: (202, {}, b"")
    expand_until_full(url, inbox, monkeypatch)
    assert set(published(inbox)) == {
        member(number).request_id for number in range(expansion.IN_FLIGHT)
    }


def test_two_that_expand_the_same_batch_do_not_both_go_on(url, inbox, monkeypatch):
    submit(url)
    met = threading.Barrier(2, timeout=300)

    def answer(event):
        if event.id == "my-batch--0000":  # both read before either writes
            met.wait()
        return 202, {}, b""

    inbox.answers = answer
    monkeypatch.setattr(expansion, "TURN_S", 0.5)
    at_once(expand, [url] * 2)
    assert published(inbox).count("my-batch--0000") == 2
    following = [one for one in inbox.events if one.type == BatchRequested.TYPE]
    assert len(following) == 2  # from the submission, and from the process that continued


def test_lost_members_do_not_stop_the_others(url, inbox, monkeypatch):
    monkeypatch.setattr(expansion, "STALLED_S", 0.2)
    monkeypatch.setattr(expansion, "LOOK_S", 0.1)
    submit(url)
    while len(published(inbox)) <= expansion.IN_FLIGHT:
        assert expand(url).status_code == 204


def test_an_event_of_a_batch_that_is_gone_is_taken(url):
    assert expand(url, "nobodys-batch").status_code == 204


def test_an_event_that_is_none_of_a_batch_is_400(url):
    assert requests.post(f"{url}/events/batch", data=b"x", timeout=300).status_code == 400
    assert expand(url, "bad id").status_code == 400


def test_an_event_of_a_stranger_is_refused(url, inbox):
    submit(url)
    before = len(inbox.events)
    assert expand(url, is_signed=False).status_code == 401
    assert len(inbox.events) == before


def test_the_progress_is_told_until_the_end(url, store):
    submit(url)
    answer = get(url, "/events", stream=True)
    worker = threading.Thread(target=lambda: [finish(store, number) for number in range(200)])
    documents = (json.loads(line[5:]) for line in answer.iter_lines() if line[:5] == b"data:")
    told = [next(documents)]
    worker.start()
    told += documents
    worker.join()
    assert told[0]["counts"]["queued"] == 200
    assert told[-1]["counts"] == {**NONE, "done": 200}
    assert [one["status"] for one in told[:-1]] == ["running"] * (len(told) - 1)
    assert told[-1] == document(url)


def test_results_and_ranking_of_a_batch(url, store):
    submit(url, SYMBOLS[:3])
    finish(store, 1)
    store.fail(member(2), UnknownSymbolError("S2 is not known."))
    answer = get(url, "/results.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="my-batch.csv"' in answer.headers["content-disposition"]
    header, *rows = answer.text.splitlines()
    assert header.startswith("symbol,request_id,status,last_date")
    assert rows[0].startswith("S0,my-batch--0000,queued,,")
    assert rows[1].startswith("S1,my-batch--0001,done,2013-03-01,100.0,2013-04-15,101.0,90.0")
    assert rows[2].endswith("S2 is not known.")
    ranked = get(url, "/ranking").json()["rows"]
    assert [(one["rank"], one["symbol"]) for one in ranked] == [(1, "S1")]


def test_what_is_left_of_an_overdue_batch_fails_when_it_is_read(settings, store):
    with serving(replace(settings, batch_deadline_s=0.5)) as url:
        submit(url, SYMBOLS[:3])
        finish(store, 1)
        time.sleep(0.6)
        told = document(url)
        rows = get(url, "/results.csv").text
    assert told["status"] == "done"
    assert (told["counts"]["done"], told["counts"]["failed"]) == (1, 2)
    assert "waiting for its turn" in rows


def test_a_dead_letter_of_a_batch_fails_what_is_left_of_it(url, store):
    submit(url, SYMBOLS[:3])
    finish(store, 0)
    dead = Envelope("1", "/s", BatchRequested.TYPE, {"batch_id": "my-batch"})
    dead = replace(dead, extensions={"knativeerrorcode": "503"})
    assert send(f"{url}/events/dead-letter", dead, TOKEN).status_code == 204
    assert document(url)["counts"] == {**NONE, "done": 1, "failed": 2}
