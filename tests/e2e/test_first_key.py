"""A first run with a key: the whole of Stockcast on prices of today."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.e2e.conftest import METRICS_TOKEN
from tests.support.replay import Fault


@pytest.fixture
def live(keyed):
    return keyed


@pytest.fixture
def replay(live):
    live.replay.calls.clear()
    return live.replay


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
    scraper = {"authorization": f"Bearer {METRICS_TOKEN}"}
    assert counted in live.get("/metrics", headers=scraper).text


def test_a_warm_up_has_the_prices_in_place_before_they_are_asked_for(live, replay, request_id):
    answer = requests.post(f"{live.url}/api/warmup", json={"symbol": "WARM"}, timeout=300)
    assert answer.json() == {"warming": True}
    live.submit(symbol="WARM", days=30, id=request_id)
    assert live.ended(request_id)["status"] == "done"
    assert len([path for path, _ in replay.calls if "WARM" in path]) == 1


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
