"""A provider's errors do not damage stored prices, and its corrections are adopted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from functions.ingest.providers.sample import SampleProvider
from tests.integration.ingest.ingesting import END, REQUESTED, START, outlast_the_shared_failure
from tests.support.replay import Fault


@pytest.mark.parametrize("sessions_ago", [1, 5, 10])
def test_a_recent_error_is_corrected_as_soon_as_the_provider_corrects_it(world, sessions_ago):
    """A price that is ten times too high, a missing row, and a missing split."""
    right = list(world.market.days["ACME"])
    days = [at for at, day in enumerate(right) if day.date <= START]
    at = days[-1 - sessions_ago]
    tick = replace(right[at], close=right[at].close * 10)
    for wrong in ([*right[:at], tick, *right[at + 1 :]], [*right[:at], *right[at + 1 :]]):
        world.market.days["ACME"] = wrong
        world.at(START, 18)
        world.ingestion().ingest(REQUESTED)
        world.market.days["ACME"] = right
        world.at(date(2016, 1, 5), 18)
        world.ingestion().ingest(REQUESTED)
        stored = {row.date: row.adj_close for row in world.stored().rows}
        assert stored[right[at].date] == right[at].close
        world.forget()


def test_an_old_error_is_corrected_within_a_week(world):
    days = world.market.days["ACME"]
    right, days[100] = days[100], replace(days[100], close=days[100].close * 10)
    world.ingestion().ingest(REQUESTED)
    days[100] = right
    for day in (5, 6, 7, 8, 11):
        world.at(date(2016, 1, day), 18)
        world.ingestion().ingest(REQUESTED)
    assert world.stored().rows[100].adj_close == right.close


def day_after(world, days=1):
    world.at(START + timedelta(days=days), 18)


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "[]"},
        {"status": 404, "body": '{"detail": "Error: Ticker \'ACME\' not found"}'},
        {"body": '[{"date": "2016-01-05T00:00:00Z", "close": null, "adjClose": null}]'},
        {"body": '[{"date": "2016-01-05T00:00:00Z", "close": "9.5", "adjClose": "9.5"}]'},
        {"status": 403, "body": "<h1>Are you human?</h1>"},
    ],
)
def test_if_the_provider_has_no_prices_the_stored_ones_are_served_as_stale(world, answer):
    first = world.ingestion().ingest(REQUESTED)
    day_after(world)
    world.replay.faults = [Fault("instead", **answer)] * 2
    ingested = world.ingestion(world.tiingo(), SampleProvider()).ingest(REQUESTED)
    assert (ingested.stale, ingested.etag) == (True, first.etag)
    world.replay.faults = []
    outlast_the_shared_failure()
    assert world.ingestion().ingest(REQUESTED).last_date == "2016-01-05"


def test_a_stored_symbol_stays_with_its_provider_when_that_says_404_once(world):
    wiki = world.wiki(until=date(2015, 6, 30))
    world.ingestion(world.tiingo(), wiki).ingest(REQUESTED)
    day_after(world)
    world.replay.faults = [Fault("instead", status=404, body='{"detail": "not found"}')]
    ingested = world.ingestion(world.tiingo(), wiki).ingest(REQUESTED)
    assert (ingested.provider, ingested.last_date) == ("tiingo", "2016-01-04")
    assert ingested.stale
    assert world.ingestion(world.tiingo(), wiki).ingest(REQUESTED).stale is False


def test_another_provider_that_is_as_recent_takes_over_and_says_so(world):
    world.ingestion().ingest(REQUESTED)
    day_after(world)
    wiki = world.wiki(until=END)
    world.replay.faults = [Fault("instead", status=404, body='{"detail": "not found"}')]
    ingested = world.ingestion(world.tiingo(), wiki).ingest(REQUESTED)
    assert (ingested.provider, ingested.last_date) == ("nasdaq", "2016-01-05")
    (note,) = world.prices.head(ingested.key).notes
    assert note == "These prices come from nasdaq since 2016-01-05. Before: tiingo."
    # The symbol stays with the new provider, although the first one knows it again.
    again = world.ingestion(world.tiingo(), wiki).ingest(REQUESTED)
    assert (again.provider, len(world.replay.calls)) == ("nasdaq", 2)


def test_an_earlier_provider_takes_over_the_prices_of_a_later_one(world):
    ingested = world.ingestion(world.wiki(until=START)).ingest(REQUESTED)
    assert ingested.provider == "nasdaq"
    ingested = world.ingestion(world.tiingo(), world.wiki(until=START)).ingest(REQUESTED)
    assert (ingested.provider, ingested.last_date) == ("tiingo", "2016-01-04")


def test_an_earlier_provider_with_less_is_asked_only_once(world):
    world.ingestion().ingest(REQUESTED)
    wiki = world.wiki(until=date(2015, 6, 30))
    for _ in range(3):
        ingested = world.ingestion(wiki, world.tiingo()).ingest(REQUESTED)
        assert (ingested.provider, ingested.stale) == ("tiingo", False)
    assert len(world.wiki_replay.calls) == 1


def test_a_history_that_lost_most_rows_is_refused_until_it_comes_on_another_day(world, caplog):
    world.ingestion().ingest(REQUESTED)
    day_after(world, 4)
    first = world.ingestion().ingest(REQUESTED)
    world.market.days["ACME"] = world.market.days["ACME"][-420:]  # 45 of 253 until today
    for hour in (18, 20):
        world.at(date(2016, 1, 11), hour)  # the whole history is compared once a week
        ingested = world.ingestion().ingest(REQUESTED)
        assert (ingested.stale, ingested.rows) == (True, first.rows)
        outlast_the_shared_failure()
    assert "has lost prices of ACME" in caplog.text
    world.at(date(2016, 1, 12), 18)
    ingested = world.ingestion().ingest(REQUESTED)
    assert (ingested.stale, ingested.last_date) == (False, "2016-01-12")
    assert ingested.rows == len(world.stored().rows) < 60


def test_a_history_that_has_all_rows_again_the_next_day_is_accepted(world):
    world.ingestion().ingest(REQUESTED)
    right = world.market.days["ACME"]
    world.market.days["ACME"] = right[-420:]
    day_after(world, 7)
    ingested = world.ingestion().ingest(REQUESTED)
    assert ingested.stale
    assert world.prices.head(ingested.key).refused
    world.market.days["ACME"] = right
    outlast_the_shared_failure()
    ingested = world.ingestion().ingest(REQUESTED)
    assert (ingested.stale, ingested.last_date) == (False, "2016-01-11")
    assert world.prices.head(ingested.key).refused == ""


@pytest.mark.parametrize(
    "nonsense",
    [
        {"fetched_at": "2026-01-01T00:00:00Z"},
        {"fetched_at": "2016-01-04T23:00:00"},
        {"fetched_at": "yesterday"},
        {"last_date": "2026-01-01"},
        {"last_date": "1999-01-01"},
        {"first_date": "?"},
        {"rows": 0},
    ],
)
def test_invalid_metadata_causes_a_new_fetch(world, nonsense):
    first = world.ingestion().ingest(REQUESTED)
    world.prices.annotate(first.key, first.etag, **nonsense)
    ingested = world.ingestion().ingest(REQUESTED)
    assert (ingested.last_date, ingested.first_date) == ("2016-01-04", "2015-01-02")
    assert (ingested.rows, ingested.stale) == (first.rows, False)
    assert len(world.full_fetches()) == 2


def test_a_provider_with_only_recent_prices_is_not_asked_for_the_whole_history(world, monkeypatch):
    """A free key gives a moving window of days. Days that leave the window are not lost."""
    provider = world.tiingo()
    asked = []
    fetch = provider.fetch
    monkeypatch.setattr(provider, "gives_all", False)
    monkeypatch.setattr(provider, "fetch", lambda *of: asked.append(of) or fetch(*of))
    ingestion = world.ingestion(provider)
    for day in (4, 5, 12, 20):
        world.at(date(2016, 1, day), 18)
        ingestion.ingest(REQUESTED)
    assert [len(of) for of in asked] == [1, 2, 2, 2]
