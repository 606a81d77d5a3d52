"""Other markets in the whole of Stockcast, with prices from a replay of Yahoo's server."""

from datetime import date, datetime, timedelta, timezone
from urllib.parse import quote

import pytest

from functions.common.prices import calendars
from tests.e2e.conftest import start
from tests.support.other_markets import LISTED, world_market
from tests.support.replay import Replay, Yahoo


@pytest.fixture(scope="module")
def worldwide(own_stockcast, tmp_path_factory):
    pytest.importorskip("yfinance")
    today = datetime.now(timezone.utc).date()
    market = world_market(today - timedelta(days=900), today)
    replay = Replay(Yahoo(market, ""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROVIDERS", "yahoo")
        patch.setenv("YAHOO_URL", replay.url)
        started = start(tmp_path_factory.mktemp("worldwide"))
    yield started
    started.stack.stop()
    replay.close()


@pytest.mark.parametrize(
    ("symbol", "currency", "calendar"),
    [
        ("0700.HK", "HKD", "XHKG"),
        ("VOD.L", "GBP", "XLON"),
        ("^GSPC", None, "XNYS"),
        ("BTC-USD", "USD", "24/7"),
        ("EURUSD=X", "USD", "24/5"),
    ],
)
def test_a_symbol_of_another_market_is_forecast_by_its_own_calendar(
    worldwide, symbol, currency, calendar, request_id
):
    assert worldwide.submit(symbol=symbol.lower(), days=10, id=request_id).status_code == 202
    ended = worldwide.ended(request_id)
    assert ended["status"] == "done", ended
    result = ended["result"]
    assert (result["currency"], result["data"]["calendar"]) == (currency, calendar)
    assert result["data"]["s3_key"] == f"prices/yahoo/{quote(symbol, safe='')}.csv"
    assert result["data"]["name"] == LISTED[symbol]["longName"]
    last = date.fromisoformat(result["last_date"])
    market = calendars.named(calendar)
    target = market.on_or_after(last + timedelta(days=10))
    assert result["target_date"] == target.isoformat()
    assert result["forecast"]["dates"] == [str(day) for day in market.after(last, target)]
    shown = worldwide.get(f"/api/symbols/{quote(symbol, safe='')}/history").json()
    assert shown["dates"][-1] == result["last_date"]
    table = worldwide.get(f"/api/forecasts/{request_id}/result.csv")
    assert f'filename="{symbol}-10-days.csv"' in table.headers["content-disposition"]
