"""The rules that every provider must follow, whatever its answers look like."""

import json
import logging
from datetime import date, datetime, timedelta, timezone
from functools import partial

import pytest

from functions.common.data_sources import SOURCES
from functions.common.errors import (
    BadAnswerError,
    ConfigurationError,
    KeyRefusedError,
    TemporaryError,
    ThrottledError,
    UnknownSymbolError,
)
from functions.common.prices import calendars
from functions.ingest.providers import twelve_data
from functions.ingest.providers.rows.cleaning import jumps
from functions.ingest.providers.sample import SampleProvider
from functions.ingest.providers.session import ProviderSession
from tests.support.providers import DIALECTS, KEY, provider_of, replayed
from tests.support.replay import Day, Fault, Market, Nasdaq, wandering

NEW_YORK = calendars.named("XNYS")
FIRST, LAST = date(2017, 1, 3), date(2017, 3, 31)
KEYS = {source.name: source.key for source in SOURCES}


class World:
    """One provider, the local server that replaces it, and the pauses between its retries."""

    read_timeout_s = 300

    def __init__(self, name):
        self.name = name
        self.market = Market()
        self.market.days = {
            "ACME": wandering(FIRST, LAST),
            "BRK.B": wandering(FIRST, LAST, start=160),
        }
        self.waits, self.spent = [], 0
        self.replay = replayed(name, self.market)
        self.provider = self.make()

    def make(self, key=KEY, plan="premium"):
        session = partial(
            ProviderSession,
            spend=self.spend,
            read_timeout_s=self.read_timeout_s,
            sleep=self.waits.append,
        )
        now = datetime(2017, 4, 3, 12, tzinfo=timezone.utc).timestamp
        own = {"alphavantage": {"plan": plan}, "yahoo": {"read_timeout_s": self.read_timeout_s}}
        return provider_of(self.replay, session, now, key, **own.get(self.name, {}))

    def hang(self, times):
        self.replay.faults = [Fault("hang")] * times
        self.read_timeout_s = 0.4
        self.provider = self.make()

    def spend(self):
        self.spent += 1

    @property
    def paid(self):
        """The number of calls for prices that used the budget."""
        return self.spent - self.replay.asked_about

    def instead(self, *, times=1, **answer):
        self.replay.faults += [Fault("instead", **answer)] * times

    def day(self, number):
        return self.market.days["ACME"][number].date


@pytest.fixture(params=DIALECTS)
def world(request):
    world = World(request.param)
    yield world
    world.replay.close()


@pytest.fixture
def keyed(world):
    if world.name == "yahoo":
        pytest.skip("Yahoo has no keys")
    return world


def closes(fetched):
    return {row.date: row.adj_close for row in fetched.rows}


def test_a_normal_history_is_complete_and_ascending(world):
    fetched = world.provider.fetch("ACME")
    assert closes(fetched) == {day.date: day.close for day in world.market.days["ACME"]}
    assert [row.date for row in fetched.rows] == sorted(row.date for row in fetched.rows)
    row = fetched.rows[0]
    assert (row.open, row.high, row.low, row.close, row.volume) == (*[row.adj_close] * 4, 1000)
    assert (fetched.symbol, fetched.actions, fetched.dropped) == ("ACME", (), 0)
    assert len(world.replay.calls) == world.paid == 1


def test_a_tail_begins_with_the_day_asked_for(world):
    since = world.day(-5)
    fetched = world.provider.fetch("ACME", since)
    assert [row.date for row in fetched.rows] == [world.day(number) for number in range(-5, 0)]


def test_an_unknown_ticker_is_named_and_not_asked_for_again(world):
    with pytest.raises(UnknownSymbolError, match="NOPE"):
        world.provider.fetch("NOPE")
    assert world.paid == 1


def test_a_ticker_with_a_class_is_asked_for_in_the_provider_s_spelling(world):
    fetched = world.provider.fetch("BRK.B")
    assert fetched.symbol == "BRK.B"
    assert len(fetched.rows) == len(world.market.days["BRK.B"])
    spelled = {"nasdaq": "BRK_B", "twelvedata": "BRK.B"}.get(world.name, "BRK-B")
    path, query = world.replay.calls[0]
    assert spelled in path + query.get("symbol", "")


def test_an_empty_range_is_not_an_error(world):
    assert world.provider.fetch("ACME", LAST + timedelta(days=1)).rows == ()


@pytest.mark.parametrize("action", [{"split": 4.0}, {"dividend": 1.5}])
def test_a_split_or_dividend_in_the_tail_is_seen_and_older_prices_are_adjusted(world, action):
    on = world.day(-3)
    raw = {day.date: day.close for day in world.market.days["ACME"]}
    world.market.act("ACME", on, **action)
    if world.name != "twelvedata":  # it does not tell when: the overlap of a tail does
        assert world.provider.fetch("ACME", world.day(-6)).actions == (on,)
    assert world.provider.fetch("ACME", world.day(-2)).actions == ()
    whole = closes(world.provider.fetch("ACME"))
    before = world.day(-4)
    expected = raw[before] / 4 if "split" in action else raw[before] - 1.5
    assert whole[before] == pytest.approx(expected, abs=1e-4)


def test_days_that_are_missing_are_left_out(world):
    del world.market.days["ACME"][10:20]
    assert len(world.provider.fetch("ACME").rows) == len(world.market.days["ACME"])


def test_unsorted_and_repeated_rows_are_put_in_order_and_counted(world, caplog):
    days = world.market.days["ACME"]
    expected = sorted(day.date for day in days)
    world.market.days["ACME"] = [*reversed(days), days[7]]
    fetched = world.provider.fetch("ACME")
    assert [row.date for row in fetched.rows] == expected
    if world.name not in {"yahoo", "alphavantage"}:  # their answers have each day once
        assert fetched.dropped == 1


def test_rows_without_a_usable_price_are_dropped_with_a_count_in_the_log(world, caplog):
    days = world.market.days["ACME"]
    days[5] = Day(days[5].date, None)
    days[9] = Day(days[9].date, 0.0)
    with caplog.at_level(logging.WARNING):
        fetched = world.provider.fetch("ACME")
    assert {days[5].date, days[9].date} & set(closes(fetched)) == set()
    assert len(fetched.rows) == len(days) - 2
    assert fetched.dropped == 2
    assert "dropped 2 rows of ACME" in caplog.text


@pytest.mark.parametrize("row", [0, 5, -1])
def test_a_row_without_a_date_is_left_out_and_noted(world, row):
    world.replay.spoil = lambda document: world.replay.dialect.lose_date(document, row)
    fetched = world.provider.fetch("ACME")
    lost = world.day(row)
    assert [one.date for one in fetched.rows] == [
        day.date for day in world.market.days["ACME"] if day.date != lost
    ]
    assert (fetched.dropped, len(fetched.notes)) == (1, 1)
    assert fetched.notes[0] == "1 row was left out: no readable date."


def test_rows_without_any_date_are_a_bad_answer(world):
    def spoil(document):
        for row in range(len(world.market.days["ACME"])):
            world.replay.dialect.lose_date(document, row)

    world.replay.spoil = spoil
    with pytest.raises(BadAnswerError):
        world.provider.fetch("ACME")


@pytest.mark.parametrize("price", [1.8e304, 1.01e12, 0.99e-9])
def test_an_implausible_price_is_refused(world, price):
    days = world.market.days["ACME"]
    days[5] = Day(days[5].date, price)
    fetched = world.provider.fetch("ACME")
    assert days[5].date not in closes(fetched)
    assert fetched.notes == (f"1 row was left out: no usable price (latest: {days[5].date}).",)


def test_the_last_close_again_on_days_without_a_session_is_left_out_and_noted(world):
    days = world.market.days["ACME"]
    friday = next(at for at, day in enumerate(days) if day.date == date(2017, 1, 13))
    filled = [Day(date(2017, 1, day), days[friday].close, volume=0) for day in (14, 15, 16)]
    days[friday + 1 : friday + 1] = filled  # 16 January is Martin Luther King's day
    saturday = date(2017, 3, 25)
    days.append(Day(saturday, 90.0))  # another close, so it is not a filler
    fetched = world.provider.fetch("ACME")
    assert {day.date for day in filled} & set(closes(fetched)) == set()
    assert saturday in closes(fetched)
    (note,) = fetched.notes
    assert note == (
        "3 rows were left out: the last close again, on a day when the exchange is closed"
        " (latest: 2017-01-16)."
    )


def test_the_last_close_again_on_a_day_with_a_session_is_kept(world):
    days = world.market.days["ACME"]
    days[6] = Day(days[6].date, days[5].close)
    assert len(world.provider.fetch("ACME").rows) == len(days)


def test_a_jump_without_a_split_is_kept_and_flagged(world):
    days = world.market.days["ACME"]
    days[-1] = Day(days[-1].date, 1000.0)
    fetched = world.provider.fetch("ACME")
    assert fetched.rows[-1].adj_close == 1000.0
    assert jumps(fetched.rows) == [days[-1].date.isoformat()]


def test_a_timeout_is_retried(world):
    world.hang(1)
    assert world.provider.fetch("ACME").rows
    assert world.paid == 2


def test_a_provider_that_never_answers_in_time_is_temporarily_down(world):
    world.hang(3)
    with pytest.raises(TemporaryError, match=f"(?i){world.name} does not answer"):
        world.provider.fetch("ACME")
    assert world.paid == 3


def test_a_broken_connection_is_retried(world):
    world.replay.faults = [Fault("reset")]
    assert len(world.provider.fetch("ACME").rows) == len(world.market.days["ACME"])
    assert world.paid == 2
    assert len(world.waits) == 1


def test_truncated_json_is_an_error_that_quotes_it(world):
    world.replay.faults = [Fault("cut")]
    with pytest.raises(BadAnswerError, match="answered 200 with") as caught:
        world.provider.fetch("ACME")
    assert len(caught.value.detail) < 300


def test_a_short_retry_after_is_waited_for(world):
    world.instead(status=429, headers={"retry-after": "2"}, body='{"detail": "Slow down."}')
    assert world.provider.fetch("ACME").rows
    assert len(world.waits) == 1
    assert world.waits[0] >= 2


def test_a_long_retry_after_is_handed_on(world):
    world.instead(status=429, headers={"retry-after": "3600"}, body='{"detail": "Slow down."}')
    with pytest.raises(ThrottledError, match="Slow down") as caught:
        world.provider.fetch("ACME")
    assert caught.value.retry_after_s == 3600
    assert (world.paid, world.waits) == (1, [])


def test_a_throttling_without_retry_after_is_handed_on_with_one(world):
    world.instead(status=429, body='{"detail": "You have run over your hourly allocation."}')
    with pytest.raises(ThrottledError) as caught:
        world.provider.fetch("ACME")
    assert caught.value.retry_after_s > 0


def test_a_server_error_is_retried(world):
    world.instead(status=500, body="oops")
    assert world.provider.fetch("ACME").rows
    assert world.paid == 2


def test_a_server_that_keeps_failing_is_temporarily_down(world):
    world.instead(status=503, body="maintenance", times=3)
    with pytest.raises(TemporaryError, match=r"503.*maintenance"):
        world.provider.fetch("ACME")
    assert world.paid == 3


def test_a_wrong_key_is_a_configuration_error_that_names_the_variable(keyed):
    with pytest.raises(KeyRefusedError, match=KEYS[keyed.name]) as caught:
        keyed.make(key="another").fetch("ACME")
    assert isinstance(caught.value, ConfigurationError)
    assert keyed.spent == 1


def test_html_instead_of_json_is_an_error_that_quotes_its_first_200_characters(world):
    page = "<!doctype html><title>Down for maintenance</title>" + "x" * 1000
    world.instead(headers={"content-type": "text/html"}, body=page)
    with pytest.raises(BadAnswerError) as caught:
        world.provider.fetch("ACME")
    assert page[:200] in caught.value.detail
    assert page[:201] not in caught.value.detail


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_page_instead_of_a_refusal_comes_from_a_bot_blocker_and_is_temporary(world, status):
    world.instead(status=status, headers={"content-type": "text/html"}, body="<h1>Forbidden</h1>")
    with pytest.raises(BadAnswerError, match=f"{status} with '<h1>Forbidden</h1>'"):
        world.provider.fetch("ACME")


@pytest.mark.parametrize("body", ["{}", "[1, 2]", '[{"date": "never"}]', '{"chart": null}', "3"])
def test_json_of_another_shape_is_an_error_that_quotes_it(world, body):
    world.instead(body=body)
    with pytest.raises(BadAnswerError) as caught:
        world.provider.fetch("ACME")
    assert body in caught.value.detail


def test_a_body_of_30_mb_is_refused(world):
    world.instead(body="[" + " " * 30_000_000 + "]")
    with pytest.raises(BadAnswerError, match="more than the limit of 16 MB"):
        world.provider.fetch("ACME")
    assert world.paid == 1


def test_no_error_names_the_key(keyed):
    keyed.instead(body=f"Hello, {KEY}!")
    with pytest.raises(BadAnswerError) as caught:
        keyed.provider.fetch("ACME")
    assert KEY not in caught.value.detail
    keyed.replay.close()
    with pytest.raises(TemporaryError) as caught:
        keyed.make().fetch("ACME")
    assert KEY not in caught.value.detail + repr(caught.value.__cause__)
    if keyed.name != "alphavantage":  # which takes it nowhere else
        assert not [path for path, query in keyed.replay.calls if KEY in path + str(query)]


def test_a_redirect_is_not_followed_because_it_could_leak_the_key(world):
    elsewhere = f"{world.replay.url}/internal/secret"
    world.instead(status=302, headers={"location": elsewhere}, body="moved")
    with pytest.raises(BadAnswerError, match="302"):
        world.provider.fetch("ACME")
    assert [path for path, _ in world.replay.calls if "internal" in path] == []


def test_tiingo_s_monthly_quota_is_temporary_until_next_month():
    world = World("tiingo")
    world.instead(body="You have run over your 500 symbol look up for this month. Please upgrade.")
    with pytest.raises(ThrottledError, match="500 symbol") as caught:
        world.provider.fetch("ACME")
    assert caught.value.retry_after_s == 27 * 86_400 + 12 * 3600  # from 3 April, noon
    world.replay.close()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("QELx04", ThrottledError),
        ("QEAx01", KeyRefusedError),
        ("QEPx04", KeyRefusedError),
        ("QECx02", UnknownSymbolError),
        ("QEMx01", TemporaryError),
        ("QEXx01", TemporaryError),
    ],
)
def test_nasdaq_s_error_codes_are_told_apart_by_their_letter(code, expected):
    world = World("nasdaq")
    status, _, document = Nasdaq.error(400, code, "said so")
    world.instead(status=status, body=str(document).replace("'", '"'))
    with pytest.raises(expected, match=f"{code}: said so"):
        world.provider.fetch("ACME")
    world.replay.close()


def test_nasdaq_s_wiki_is_complete_when_it_holds_its_last_day():
    world = World("nasdaq")
    schedule = world.provider.schedule
    assert schedule.due(datetime(2026, 1, 5, tzinfo=timezone.utc), NEW_YORK) == date(2018, 3, 27)
    assert schedule.next_publication(datetime(2026, 1, 5, tzinfo=timezone.utc), NEW_YORK) is None
    world.replay.close()


def test_yahoo_s_row_of_an_open_session_is_left_out():
    world = World("yahoo")
    world.market.days["ACME"] = wandering(FIRST, date(2017, 4, 3))  # the clock says 3 April, 8:00
    assert world.provider.fetch("ACME").rows[-1].date == LAST
    world.replay.close()


class TestSample:
    """The bundled prices follow the same rules, except those about servers."""

    provider = SampleProvider()

    def test_history_tail_and_empty_range(self):
        whole = self.provider.fetch("FB")
        assert len(whole.rows) == 196
        assert self.provider.fetch("FB", date(2013, 2, 28)).rows == whole.rows[-2:]
        assert self.provider.fetch("FB", date(2013, 3, 2)).rows == ()

    def test_it_is_never_out_of_date(self):
        assert self.provider.schedule.next_publication(datetime.now(timezone.utc), NEW_YORK) is None


class TestAlphaVantage:
    """The limits of the free plan, and the answers without prices."""

    @pytest.fixture
    def world(self):
        world = World("alphavantage")
        yield world
        world.replay.close()

    def test_a_free_key_gives_100_days_as_they_were_traded_and_a_note_says_so(self, world):
        world.market.days["ACME"] = wandering(date(2016, 1, 4), LAST)
        world.market.act("ACME", world.day(-50), split=4.0)
        fetched = world.make(plan="free").fetch("ACME")
        assert len(fetched.rows) == 100
        assert closes(fetched) == {day.date: day.close for day in world.market.days["ACME"][-100:]}
        assert "not adjusted for splits and dividends" in fetched.notes[0]

    @pytest.mark.parametrize(
        ("said", "error", "wait_s"),
        [
            (
                "Our standard API rate limit is 25 requests per day. Subscribe",
                ThrottledError,
                57600,
            ),
            ("Please consider 5 requests per minute", ThrottledError, 60),
            ("This is a premium endpoint.", KeyRefusedError, None),
        ],
    )
    def test_a_limit_is_told_with_status_200(self, world, said, error, wait_s):
        world.instead(body=json.dumps({"Information": said}))
        with pytest.raises(error, match=said[:20]) as caught:
            world.provider.fetch("ACME")
        if wait_s:
            assert caught.value.retry_after_s == pytest.approx(wait_s, abs=1)

    def test_an_exchange_that_it_does_not_cover_costs_no_call(self, world):
        with pytest.raises(UnknownSymbolError, match=r"0700.HK: it does not cover Hong Kong"):
            world.provider.fetch("0700.HK")
        assert world.replay.calls == []

    def test_pence_of_london_become_pounds(self, world):
        world.market.days["VOD.LON"] = wandering(FIRST, LAST, start=72, calendar="XLON")
        fetched = world.provider.fetch("VOD.L")
        assert fetched.rows[0].close == pytest.approx(world.market.days["VOD.LON"][0].close / 100)
        assert fetched.instrument.currency == "GBP"


@pytest.mark.parametrize(
    ("symbol", "asked"),
    [
        ("VOD.L", {"symbol": "VOD", "mic_code": "XLON"}),
        ("0700.HK", {"symbol": "0700", "mic_code": "XHKG"}),
        ("EURUSD=X", {"symbol": "EUR/USD"}),
        ("JPY=X", {"symbol": "USD/JPY"}),
        ("BTC-USD", {"symbol": "BTC/USD"}),
        ("BRK-B", {"symbol": "BRK.B"}),
    ],
)
def test_twelve_data_is_asked_with_its_own_parameters(symbol, asked):
    assert twelve_data.asked_as(symbol) == asked


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        (429, "You have run out of API credits for the current minute.", ThrottledError),
        (429, "You have run out of API credits for the day.", ThrottledError),
        (403, "This symbol is available with the Grow plan.", UnknownSymbolError),
    ],
)
def test_twelve_data_tells_errors_in_its_answers(code, said, error):
    world = World("twelvedata")
    world.instead(body=json.dumps({"code": code, "message": said, "status": "error"}))
    with pytest.raises(error, match=said[:20]):
        world.provider.fetch("ACME")
    world.replay.close()
