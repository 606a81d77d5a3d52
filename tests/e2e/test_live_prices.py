"""A first run with a key: the whole of Stockcast on live prices from a replay of Tiingo."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import requests

from functions.common.prices import calendars
from functions.ingest.providers.tiingo import TiingoProvider
from tests.e2e.conftest import start
from tests.support.replay import Fault, Market, Replay, Tiingo, wandering

KEY = "planted-key-that-no-log-may-hold"


@pytest.fixture(scope="module")
def replay():
    market = Market()
    now = datetime.now(timezone.utc)
    market.today = TiingoProvider.schedule.due(now, calendars.named("XNYS"))
    for symbol in ("ACME", "OTHER", "LOGGED"):
        market.days[symbol] = wandering(market.today - timedelta(days=900), market.today)
    replay = Replay(Tiingo(market, KEY))
    yield replay
    replay.close()


@pytest.fixture(scope="module")
def live(replay, stockcast, tmp_path_factory):
    if stockcast.stack is None:
        pytest.skip("the stack under test has providers of its own")
    home = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIINGO_API_KEY", KEY)
        patch.setenv("TIINGO_URL", replay.url)
        started = start(home)
    started.home = home
    yield started
    started.stack.stop()


def test_a_forecast_names_its_provider_as_of_date_and_age(live, replay, request_id):
    assert live.submit(symbol="ACME", days=30, id=request_id).status_code == 202
    data = live.ended(request_id)["result"]["data"]
    last = replay.dialect.market.today
    assert (data["provider"], data["last_date"]) == ("tiingo", last.isoformat())
    assert data["age_days"] in {
        (datetime.now(ZoneInfo("America/New_York")).date() - last).days + n for n in (0, 1)
    }
    assert (data["stale"], data["jumps"]) == (False, [])
    counted = 'stockcast_provider_calls_total{outcome="answered",provider="tiingo"}'
    assert counted in live.get("/metrics").text


def test_a_warm_up_has_the_prices_in_place_before_they_are_asked_for(live, replay, request_id):
    answer = requests.post(f"{live.url}/api/warmup", json={"symbol": "OTHER"}, timeout=300)
    assert answer.json() == {"warming": True}
    live.submit(symbol="OTHER", days=30, id=request_id)
    assert live.ended(request_id)["status"] == "done"
    assert len([path for path, _ in replay.calls if "OTHER" in path]) == 1


def test_a_ticker_that_the_provider_does_not_know_fails_with_its_name(live, request_id):
    live.submit(symbol="NOSUCH", days=30, id=request_id)
    error = live.ended(request_id)["error"]
    assert (error["status"], error["detail"]) == (
        404,
        "Tiingo has no prices of NOSUCH. Check the ticker.",
    )


def test_a_history_is_fetched_and_waited_for(live, replay):
    replay.dialect.market.days["SHOWN"] = replay.dialect.market.days["ACME"]
    shown = live.get("/api/symbols/SHOWN/history")
    assert shown.status_code == 200, shown.text
    assert shown.json()["provider"] == "tiingo"
    assert shown.json()["dates"][-1] == replay.dialect.market.today.isoformat()


def test_a_history_of_a_ticker_that_the_provider_does_not_know_is_404(live):
    answer = live.get("/api/symbols/NOTHERE/history")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Tiingo has no prices of NOTHERE. Check the ticker."


def test_a_provider_that_fails_for_a_moment_delays_the_forecast_only(live, replay, request_id):
    replay.dialect.market.days["LATER"] = replay.dialect.market.days["ACME"]
    replay.faults = [Fault("instead", status=500, body="oops")] * 4
    live.submit(symbol="LATER", days=30, id=request_id)
    assert live.ended(request_id)["status"] == "done"


def test_no_log_holds_the_key(live, request_id):
    live.submit(symbol="LOGGED", days=30, id=request_id)
    assert live.ended(request_id)["status"] == "done"
    logs = sorted((live.home / "logs").glob("*.log"))
    assert len(logs) == 6
    assert any("fetched LOGGED from tiingo" in log.read_text() for log in logs)
    assert [log.name for log in logs if KEY in log.read_text()] == []
