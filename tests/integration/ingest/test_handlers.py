"""Ingest with real S3 and Redis, and a local server that replays a provider's answers."""

import json
import time
from datetime import date, datetime, timedelta, timezone

import pytest

from functions.common.errors import (
    KeyRefusedError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.messages.events import ForecastRequested, PricesRefresh, WarmupRequested
from functions.common.prices.bucket import Bucket, connect
from functions.common.prices.store import PriceStore
from functions.common.requests.missing_prices import NOTED_S, MissingPrices, note_name, noted
from functions.common.requests.record import Status
from functions.ingest.freshness.cache import SEEN_S
from functions.ingest.handlers import Upkeep
from functions.ingest.providers.budget import Limit
from functions.ingest.providers.sample import SampleProvider
from tests.integration.ingest.ingesting import (
    END,
    FIRST,
    NEW_YORK,
    REQUESTED,
    START,
    later,
    outlast_the_shared_failure,
)
from tests.support.providers import KEY
from tests.support.replay import wandering
from tests.support.threads import at_once


def test_prices_are_stored_and_pointed_to(world):
    ingested = world.ingestion().ingest(REQUESTED)
    stored = world.prices.get("prices/tiingo/ACME.csv")
    assert ingested.requested == REQUESTED
    assert (ingested.bucket, ingested.provider) == (world.prices.bucket_name, "tiingo")
    assert (ingested.key, ingested.etag) == (stored.key, stored.etag)
    assert (ingested.first_date, ingested.last_date) == ("2015-01-02", "2016-01-04")
    assert (ingested.rows, ingested.stale) == (len(world.stored().rows), False)
    assert world.requests.read("request-1").status is Status.INGESTING


def test_a_new_stock_costs_ingest_two_requests_to_s3(world, s3_settings):
    store, sent = connect(s3_settings), []

    class Counted:
        def get(self, key, **options):
            sent.append("HEAD" if options["options"]["head"] else "GET")
            return store.get(key, **options)

        def put(self, key, *body, **options):
            sent.append("PUT")
            return store.put(key, *body, **options)

    world.prices = PriceStore(Bucket(s3_settings, lambda _: Counted()))
    world.market.days["OTHER"] = wandering(FIRST, END)
    world.ingestion().ingest(REQUESTED)  # the first one checks S3, too
    sent.clear()
    world.ingestion().ingest(ForecastRequested("request-2", "OTHER", 45))
    assert sent == ["HEAD", "PUT"]


def test_prices_are_fresh_until_the_next_day_s_are_published(world):
    ingested = world.ingestion().ingest(REQUESTED)
    assert ingested.fresh_until == "2016-01-05T22:30:00.000Z"  # 17:30 in New York
    world.at(date(2016, 1, 5), 17, 29)
    assert world.ingestion().ingest(REQUESTED) == ingested
    assert len(world.replay.calls) == 1
    world.at(date(2016, 1, 5), 17, 30)
    assert world.ingestion().ingest(REQUESTED).last_date == "2016-01-05"
    assert len(world.replay.calls) == 2


def test_only_the_tail_is_fetched_from_fourteen_sessions_before_the_last_stored_one(world):
    world.ingestion().ingest(REQUESTED)
    world.at(date(2016, 1, 8), 18)
    world.ingestion().ingest(REQUESTED)
    _, query = world.replay.calls[1]
    assert (query["startDate"], query["endDate"]) == ("2015-12-11", "2016-01-08")
    assert len(world.replay.calls) == 2
    assert len(world.stored().rows) == len(NEW_YORK.after(date(2015, 1, 1), date(2016, 1, 8)))


def test_a_provider_that_is_late_is_asked_again_now_and_then(world):
    world.ingestion().ingest(REQUESTED)
    world.at(date(2016, 1, 5), 18)
    world.market.today = START
    for minute in range(0, 30, 5):
        world.at(date(2016, 1, 5), 18, minute)
        world.market.today = START
        assert world.ingestion().ingest(REQUESTED).last_date == "2016-01-04"
    assert len(world.replay.calls) == 3
    world.at(date(2016, 1, 5), 18, 31)
    assert world.ingestion().ingest(REQUESTED).last_date == "2016-01-05"


def test_the_maximum_age_limits_what_the_calendar_allows(world):
    world.max_age_s = 3600
    ingested = world.ingestion().ingest(REQUESTED)
    assert ingested.fresh_until == "2016-01-05T00:00:00.000Z"
    world.now += timedelta(hours=2)
    assert world.ingestion().ingest(REQUESTED).etag == ingested.etag
    assert len(world.replay.calls) == 2


def test_a_year_of_daily_requests_costs_one_call_per_trading_day_and_one_full_fetch_a_week(world):
    """After two dividends and a split, stored prices equal those of a full fetch, to the cent."""
    for on, action in (
        (date(2016, 2, 10), {"dividend": 0.52}),
        (date(2016, 6, 9), {"split": 7.0}),
        (date(2016, 8, 11), {"dividend": 0.57}),
    ):
        world.market.act("ACME", on, **action)
    world.ingestion().ingest(REQUESTED)
    first_calls = len(world.replay.calls)
    day = START
    trading_days = 0
    while day < date(2016, 12, 30):
        day += timedelta(days=1)
        trading_days += NEW_YORK.is_session(day)
        world.at(day, 18)
        ingested = world.ingestion().ingest(REQUESTED)
        expected = day
        while not NEW_YORK.is_session(expected):
            expected -= timedelta(days=1)
        assert (ingested.last_date, ingested.stale) == (expected.isoformat(), False)
        if day in {date(2016, 2, 10), date(2016, 6, 9), date(2016, 6, 10), date(2016, 12, 30)}:
            whole = {row.date: row.adj_close for row in world.tiingo().fetch("ACME").rows}
            world.replay.calls.pop()
            kept = {row.date: row.adj_close for row in world.stored().rows}
            assert kept.keys() == whole.keys()
            assert all(abs(kept[one] - whole[one]) < 0.005 for one in kept)
    calls = len(world.replay.calls) - first_calls
    assert trading_days <= calls <= trading_days + 3
    assert 49 <= len(world.full_fetches()) - first_calls <= 52 + 3


def test_two_hundred_concurrent_requests_over_twenty_symbols_make_twenty_calls(world):
    symbols = [f"SYM{letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]
    for symbol in symbols:
        world.market.days[symbol] = wandering(FIRST, END)
    world.replay.delay_s = 0.05
    ingestions = [world.ingestion() for _ in range(2)]  # as if in two processes

    def ask(number):
        requested = ForecastRequested(f"request-{number:03}", symbols[number % 20], 45)
        return ingestions[number % 2].ingest(requested)

    got = at_once(ask, range(200))
    assert len(world.replay.calls) == 20
    assert len({one.key for one in got}) == 20


def test_a_file_that_someone_else_put_there_is_replaced(world, s3_client, s3_settings):
    s3_client.put_object(Bucket=s3_settings.bucket, Key="prices/tiingo/ACME.csv", Body=b"?")
    assert world.ingestion().ingest(REQUESTED).last_date == "2016-01-04"


def test_in_an_outage_the_stored_prices_are_served_and_marked_stale(world):
    first = world.ingestion().ingest(REQUESTED)
    world.at(date(2016, 1, 5), 18)
    world.down()
    stale = world.ingestion().ingest(REQUESTED)
    assert (stale.stale, stale.etag, stale.fresh_until) == (True, first.etag, "")
    world.replay.faults = []
    assert world.ingestion().ingest(REQUESTED).stale is False


def test_stored_prices_that_are_too_old_are_not_served_in_an_outage(world):
    world.ingestion().ingest(REQUESTED)
    world.at(date(2016, 1, 12), 18)
    world.down()
    with pytest.raises(TemporaryError, match="503"):
        world.ingestion().ingest(REQUESTED)


def test_an_outage_without_stored_prices_is_temporary_and_shared_with_waiting_requests(world):
    world.down()
    world.replay.delay_s = 0.1
    ingestion = world.ingestion()

    def ask(number):
        with pytest.raises(TemporaryError):
            ingestion.ingest(ForecastRequested(f"request-{number}", "ACME", 45))

    at_once(ask, range(10))
    assert len(world.replay.calls) == 3


def test_a_refused_key_fails_the_request_and_names_the_variable(world):
    with pytest.raises(KeyRefusedError, match="TIINGO_API_KEY"):
        world.ingestion(world.tiingo(key="wrong")).ingest(REQUESTED)


def test_a_refused_key_serves_what_is_stored_as_stale(world):
    world.ingestion().ingest(REQUESTED)
    world.at(date(2016, 1, 5), 18)
    assert world.ingestion(world.tiingo(key="wrong")).ingest(REQUESTED).stale


def test_requests_over_the_budget_learn_when_to_try_again(world, redis_client):
    world.limits = (Limit(4, 3600, "TIINGO_HOURLY_BUDGET"),)
    for symbol in ("AAA", "BBB", "CCC"):
        world.market.days[symbol] = wandering(FIRST, END)
    ingestion = world.ingestion()
    ingestion.ingest(ForecastRequested("request-a", "AAA", 45))
    later(world, redis_client, timedelta(minutes=20))
    ingestion.ingest(ForecastRequested("request-b", "BBB", 45))
    with pytest.raises(ThrottledError, match="TIINGO_HOURLY_BUDGET=4") as caught:
        ingestion.ingest(ForecastRequested("request-c", "CCC", 45))
    assert caught.value.retry_after_s == pytest.approx(2400, abs=60)
    later(world, redis_client, timedelta(seconds=2401))
    outlast_the_shared_failure()
    assert ingestion.ingest(ForecastRequested("request-c", "CCC", 45)).symbol == "CCC"
    assert len(world.replay.calls) == 3


def test_a_worker_whose_clock_is_ahead_uses_up_nobody_s_budget(world):
    world.limits = (Limit(4, 3600, "TIINGO_HOURLY_BUDGET"),)
    world.now += timedelta(days=1)
    world.tiingo().fetch("ACME")
    world.now -= timedelta(days=1)
    world.tiingo().fetch("ACME")
    with pytest.raises(ThrottledError) as caught:
        world.tiingo().fetch("ACME")
    assert caught.value.retry_after_s <= 3600


def test_if_the_budget_frees_up_too_late_stored_prices_are_served_as_stale(world):
    world.ingestion().ingest(REQUESTED)
    world.at(date(2016, 1, 5), 18)
    world.limits = (Limit(1, 3600, "TIINGO_HOURLY_BUDGET"),)
    world.tiingo().fetch("ACME")  # spends it
    with pytest.raises(ThrottledError):
        world.fresh().of("ACME", wait_until=world.now + timedelta(hours=2))
    assert world.fresh().of("ACME", wait_until=world.now + timedelta(minutes=10)).is_stale


def test_a_jump_without_a_split_is_kept_and_noted_with_the_prices(world):
    days = world.market.days["ACME"]
    at = next(number for number, day in enumerate(days) if day.date == date(2015, 6, 1))
    days[at] = type(days[at])(days[at].date, days[at].close * 3)
    world.ingestion().ingest(REQUESTED)
    assert world.prices.head("prices/tiingo/ACME.csv").jumps == ("2015-06-01", "2015-06-02")


def test_if_a_provider_does_not_know_the_symbol_the_next_one_is_asked(world):
    requested = ForecastRequested("request-2", "MSFT", 1)
    ingested = world.ingestion(world.tiingo(), SampleProvider()).ingest(requested)
    assert (ingested.provider, ingested.key) == ("sample", "prices/sample/MSFT.csv")
    with pytest.raises(UnknownSymbolError, match="Tiingo has no prices of NONE"):
        world.ingestion(world.tiingo(), SampleProvider()).ingest(
            ForecastRequested("request-3", "NONE", 1)
        )


def test_a_provider_that_is_down_does_not_count_as_one_that_lacks_the_symbol(world):
    world.market.days["MSFT"] = wandering(FIRST, END)
    world.down()
    with pytest.raises(TemporaryError):
        world.ingestion(world.tiingo(), SampleProvider()).ingest(
            ForecastRequested("request-2", "MSFT", 1)
        )


def test_a_known_symbol_without_prices_is_unknown(world):
    world.market.days["EMPTY"] = []
    with pytest.raises(UnknownSymbolError, match="has no prices"):
        world.ingestion().ingest(ForecastRequested("request-2", "EMPTY", 1))


class TestUpkeep:
    """The refresh after market close, and warm-ups."""

    @pytest.fixture
    def upkeep(self, world, redis_client):
        for symbol in ("AAA", "BBB", "CCC"):
            world.market.days[symbol] = wandering(FIRST, END)
        self.directory_refreshes = 0
        self.elapsed = 0.0

        def refresh_symbols():
            self.directory_refreshes += 1

        def make(watchlist=("AAA", "BBB", "CCC")):
            missing = MissingPrices(redis_client)
            return Upkeep(
                world.fresh(), watchlist, refresh_symbols, missing, elapsed=lambda: self.elapsed
            )

        return make

    def test_a_refresh_fetches_the_watch_list_and_renews_the_directory(self, world, upkeep):
        assert upkeep().refresh(PricesRefresh()) is None
        assert [world.stored(one).rows[-1].date for one in ("AAA", "BBB", "CCC")] == [START] * 3
        assert upkeep().refresh(PricesRefresh()) is None
        assert len(world.replay.calls) == 3
        assert self.directory_refreshes == 2

    def test_a_long_refresh_hands_the_rest_to_an_event_of_its_own(self, world, upkeep):
        made = upkeep()
        of = made.prices.of

        def slow(symbol):
            self.elapsed += 30
            return of(symbol)

        made.prices.of = slow
        assert made.refresh(PricesRefresh()) == PricesRefresh(("CCC",))
        assert made.refresh(PricesRefresh(("CCC",))) is None
        assert self.directory_refreshes == 1
        assert len(world.replay.calls) == 3

    def test_a_symbol_that_nobody_knows_does_not_stop_the_others(self, world, upkeep, caplog):
        assert upkeep(("NOPE", "AAA")).refresh(PricesRefresh()) is None
        assert world.stored("AAA").rows
        assert "NOPE cannot be refreshed" in caplog.text

    def test_what_fails_for_now_is_tried_again_with_the_event(self, world, upkeep):
        world.down(times=3)
        with pytest.raises(TemporaryError, match="Not refreshed: AAA"):
            upkeep().refresh(PricesRefresh())
        outlast_the_shared_failure()
        assert upkeep().refresh(PricesRefresh()) is None
        assert len(world.replay.calls) == 3 + 2 + 1

    def test_a_refresh_over_the_budget_goes_on_later(self, world, upkeep, redis_client):
        world.limits = (Limit(4, 3600, "TIINGO_HOURLY_BUDGET"),)
        with pytest.raises(ThrottledError):
            upkeep().refresh(PricesRefresh())
        later(world, redis_client, timedelta(hours=1, seconds=1))
        outlast_the_shared_failure()
        assert upkeep().refresh(PricesRefresh()) is None
        assert len(world.replay.calls) == 3

    def test_a_warm_up_fetches_the_prices(self, world, upkeep):
        upkeep().warm_up(WarmupRequested("AAA"))
        world.ingestion().ingest(ForecastRequested("request-2", "AAA", 45))
        assert len(world.replay.calls) == 1

    def test_a_warm_up_never_fails_and_notes_why_there_are_no_prices(
        self, world, upkeep, redis_client
    ):
        upkeep().warm_up(WarmupRequested("NOPE"))
        world.down()
        upkeep().warm_up(WarmupRequested("AAA"))
        unknown, down = (noted(redis_client.get(note_name(one))) for one in ("NOPE", "AAA"))
        assert isinstance(unknown, UnknownSymbolError)
        assert "NOPE" in unknown.detail
        assert isinstance(down, TemporaryError)
        assert 0 < redis_client.ttl(note_name("NOPE")) <= NOTED_S


def test_no_log_line_names_the_key(world, caplog):
    with caplog.at_level("DEBUG"):
        world.ingestion().ingest(REQUESTED)
        world.at(date(2016, 1, 5), 18)
        world.down()
        world.ingestion().ingest(REQUESTED)
    logged = json.dumps([vars(record) for record in caplog.records], default=str) + caplog.text
    assert "2016-01-05" in logged
    assert KEY not in logged


def test_the_clock_of_a_schedule_is_new_york_s(world):
    schedule = world.tiingo().schedule
    summer = datetime(2016, 7, 1, 21, 29, tzinfo=timezone.utc)  # 17:29 in New York
    assert schedule.due(summer, NEW_YORK) == date(2016, 6, 30)
    assert schedule.due(summer + timedelta(minutes=1), NEW_YORK) == date(2016, 7, 1)
    # July 4 is a Monday, so the next prices come on Tuesday.
    following = schedule.next_publication(summer + timedelta(minutes=1), NEW_YORK)
    assert following == datetime(2016, 7, 5, 21, 30, tzinfo=timezone.utc)


def test_a_request_that_has_ended_causes_no_call(world):
    world.requests.fail(REQUESTED, UnknownSymbolError("no"))
    assert world.ingestion().ingest(REQUESTED) is None
    assert world.replay.calls == []


def test_a_burst_of_requests_asks_s3_once_per_stock(world, monkeypatch):
    world.fresh().of("ACME")
    fresh, asked, head = world.fresh(), [], PriceStore.head

    def counted(store, key):
        asked.append(key)
        return head(store, key)

    monkeypatch.setattr(PriceStore, "head", counted)
    first = fresh.of("ACME")
    assert [fresh.of("ACME") for _ in range(20)] == [first] * 20
    assert asked == ["prices/tiingo/ACME.csv"]
    time.sleep(SEEN_S)
    assert fresh.of("ACME") == first
    assert len(asked) == 2
    world.at(date(2016, 1, 5), 18)  # the prices are out of date within that second
    assert fresh.of("ACME").stored.last_date == "2016-01-05"
