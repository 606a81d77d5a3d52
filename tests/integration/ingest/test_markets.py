"""From a provider's answer to a forecast, on markets with other days, clocks and currencies."""

import json
import re
from datetime import date, datetime, timedelta, timezone
from functools import partial

import pytest

from functions.common.messages.events import ForecastRequested
from functions.common.prices import calendars
from functions.common.prices.bucket import Bucket
from functions.common.prices.store import PriceStore
from functions.common.redis_client import connect
from functions.common.requests.claims import Claims
from functions.common.requests.steps import Steps
from functions.forecast.handlers.forecast import computed
from functions.ingest.freshness.update import FreshPrices
from functions.ingest.handlers import pointing_to
from functions.ingest.providers.session import ProviderSession
from functions.ingest.providers.yahoo import YahooProvider
from tests.support.other_markets import LISTED, world_market
from tests.support.replay import Replay, Yahoo


class Markets:
    """A replay of Yahoo's server with a history of each symbol, and a clock that the test sets."""

    def __init__(self, s3_settings, redis_settings):
        self.redis = connect(redis_settings)
        self.prices = PriceStore(Bucket(s3_settings))
        market = world_market(date(2024, 1, 1), date(2026, 12, 31))
        self.replay = Replay(Yahoo(market, ""))

    def forecast(self, symbol, days, now):
        """The result of a forecast requested at a time (UTC)."""
        self.now = datetime.fromisoformat(now).replace(tzinfo=timezone.utc)
        self.replay.dialect.market.today = self.now.date()  # today's session is not over
        session = partial(ProviderSession, spend=lambda: None, sleep=lambda _: None)
        yahoo = YahooProvider(session, self.now.timestamp, self.replay.url)
        fresh = FreshPrices(
            [yahoo],
            self.prices,
            Claims(Steps(self.redis, are_split=False)),
            max_age_s=7 * 86_400,
            stale_ok_s=0,
            clock=self.now.timestamp,
        )
        self.kept = fresh.of(symbol)
        requested = ForecastRequested(request_id="request-1", symbol=symbol, days=days)
        ingested = pointing_to(self.kept, requested, self.prices.bucket_name)
        stored = self.prices.get(ingested.key)
        return json.loads(computed(ingested, stored, self.now.date()))


@pytest.fixture
def markets(s3_settings, redis_settings):
    pytest.importorskip("yfinance")
    markets = Markets(s3_settings, redis_settings)
    yield markets
    markets.replay.close()
    markets.redis.close()


@pytest.mark.parametrize(
    ("symbol", "now", "days", "last", "target", "currency", "calendar"),
    [
        # 1 October is National Day in Hong Kong.
        ("0700.HK", "2026-09-30 12:00", 1, "2026-09-30", "2026-10-02", "HKD", "XHKG"),
        # In Hong Kong it is 17:30: Yahoo should have the prices at 18:00.
        ("0700.HK", "2026-09-30 09:30", 2, "2026-09-29", "2026-10-02", "HKD", "XHKG"),
        # The last Monday of August is a bank holiday in England.
        ("VOD.L", "2026-08-28 20:00", 3, "2026-08-28", "2026-09-01", "GBP", "XLON"),
        # 26 November is Thanksgiving.
        ("^GSPC", "2026-11-25 23:30", 1, "2026-11-25", "2026-11-27", None, "XNYS"),
        # Bitcoin trades on a Saturday.
        ("BTC-USD", "2026-11-20 06:00", 2, "2026-11-19", "2026-11-21", "USD", "24/7"),
        ("EURUSD=X", "2026-11-20 08:00", 2, "2026-11-19", "2026-11-23", "USD", "24/5"),
    ],
)
def test_sessions_currency_and_target_are_those_of_the_market(
    markets, symbol, now, days, last, target, currency, calendar
):
    result = markets.forecast(symbol, days, now)
    data = result["data"]
    assert (result["last_date"], result["target_date"]) == (last, target)
    assert (result["currency"], data["calendar"]) == (currency, calendar)
    assert (data["provider"], data["name"]) == ("yahoo", LISTED[symbol]["longName"])
    market = calendars.named(calendar)
    first = date.fromisoformat(last)
    until = date.fromisoformat(target)
    assert result["forecast"]["dates"] == [day.isoformat() for day in market.after(first, until)]
    signs = {"HKD": "HK$", "GBP": "£", "USD": "$", None: ""}
    assert re.search(rf"between {re.escape(signs[currency])}\d", result["message"])


def test_pence_become_pounds_and_a_note_says_so(markets):
    result = markets.forecast("VOD.L", 3, "2026-08-28 20:00")
    quoted = {day.date: day.close for day in markets.replay.dialect.market.days["VOD.L"]}
    assert result["last_price"] == pytest.approx(quoted[date(2026, 8, 28)] / 100, rel=1e-6)
    assert "Yahoo Finance quotes VOD.L in pence. Stockcast shows pounds." in result["data"]["notes"]
    assert result["data"]["exchange"] == "XLON"


def test_a_tail_is_fetched_by_the_clock_of_the_exchange(markets):
    markets.forecast("0700.HK", 1, "2026-09-28 12:00")
    stored = markets.kept.stored
    # 10:00 UTC is 18:00 in Hong Kong, and still night in New York.
    assert markets.kept.fresh_until == datetime(2026, 9, 29, 10, tzinfo=timezone.utc)
    again = markets.forecast("0700.HK", 1, "2026-09-29 10:01")
    assert again["last_date"] == "2026-09-29"
    assert len(markets.replay.calls) == 2
    assert markets.kept.stored.instrument == stored.instrument
    assert again["data"]["notes"] == []


def test_a_weekend_and_a_holiday_of_the_market_cause_no_call(markets):
    markets.forecast("VOD.L", 3, "2026-08-28 20:00")
    for day in range(1, 4):  # Saturday, Sunday, and the bank holiday
        later = date(2026, 8, 28) + timedelta(days=day)
        markets.forecast("VOD.L", 3, f"{later} 20:00")
    assert len(markets.replay.calls) == 1
    markets.forecast("VOD.L", 3, "2026-09-01 20:00")
    assert len(markets.replay.calls) == 2
