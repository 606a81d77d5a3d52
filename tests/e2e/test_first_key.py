"""A first run with a key: the whole of Stockcast on prices of today."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.conftest import METRICS_TOKEN
from tests.support.replay import Fault


@pytest.fixture
def replay(keyed):
    keyed.replay.calls.clear()
    return keyed.replay


def test_a_forecast_names_its_provider_as_of_date_and_age(keyed, replay, request_id):
    assert keyed.submit(symbol="ACME", days=30, id=request_id).status_code == 202
    data = keyed.ended(request_id)["result"]["data"]
    last = replay.dialect.market.today
    assert (data["provider"], data["last_date"]) == ("tiingo", last.isoformat())
    assert data["age_days"] in {
        (datetime.now(ZoneInfo("America/New_York")).date() - last).days + n for n in (0, 1)
    }
    assert (data["stale"], data["jumps"]) == (False, [])
    counted = 'stockcast_provider_calls_total{outcome="answered",provider="tiingo"}'
    scraper = {"authorization": f"Bearer {METRICS_TOKEN}"}
    assert counted in keyed.get("/metrics", headers=scraper).text


def test_a_warm_up_has_the_prices_in_place_before_they_are_asked_for(keyed, replay, request_id):
    assert keyed.post("/api/warmup", symbol="WARM").json() == {"warming": True}
    keyed.submit(symbol="WARM", days=30, id=request_id)
    assert keyed.ended(request_id)["status"] == "done"
    assert len([path for path, _ in replay.calls if "WARM" in path]) == 1


def test_a_provider_that_fails_for_a_moment_delays_the_forecast_only(keyed, replay, request_id):
    replay.dialect.market.days["LATER"] = replay.dialect.market.days["ACME"]
    replay.faults = [Fault("instead", status=500, body="oops")] * 4
    keyed.submit(symbol="LATER", days=30, id=request_id)
    assert keyed.ended(request_id)["status"] == "done"
