"""forecast computes results from real prices in a real S3 and stores them in a real Redis."""

import json
import time
from datetime import date, datetime, timezone

import pytest
from msgspec import structs

from functions.common.errors import InvalidFieldError, PricesGoneError, TooLittleHistoryError
from functions.common.messages.events import ChartRequested, ForecastCompleted
from functions.common.prices import calendars
from functions.common.prices.history import PriceHistory
from functions.common.requests.batches import headline
from functions.common.requests.keys import (
    chart_name,
    history_name,
    latest_name,
    request_key,
    result_name,
)
from functions.common.requests.record import Status
from functions.forecast import result as result_module
from functions.forecast.handlers.chart import Charting
from functions.forecast.handlers.forecast import computed
from functions.forecast.prices.csv_columns import UnreadablePricesError
from functions.ingest.providers.sample import SampleProvider
from tests.support.threads import at_once


def test_a_result_has_every_field_filled_from_real_prices(world):
    completed = world.forecasting().forecast(world.ingested())
    result = world.result(completed)
    assert result["last_date"] == "2013-03-01"
    assert result["target_date"] == "2013-04-15"
    assert result["last_price"] == 430.47  # the traded price
    low, high = result["intervals"]["80"]
    assert low < result["predicted_price"] < high
    assert result["message"] == (
        f"AAPL could be between ${low:.2f} and ${high:.2f} on April 15, 2013 (80% range),"
        f" with ${result['predicted_price']:.2f} in the middle."
        " The prices of AAPL end on March 1, 2013."
    )
    forecast, history = result["forecast"], result["history"]
    assert forecast["dates"][-1] == "2013-04-15"
    assert "2013-03-29" not in forecast["dates"]  # Good Friday
    days = map(date.fromisoformat, forecast["dates"])
    assert all(map(calendars.named("XNYS").is_session, days))
    for values in zip(
        *(forecast[name] for name in ("lo95", "lo80", "lo50", "hi50", "hi80", "hi95")), strict=True
    ):
        assert list(values) == sorted(values)
        assert values[0] > 0
    assert len(history["dates"]) == len(history["close"]) == len(history["fitted"])
    assert history["dates"][-1] == "2013-03-01"
    assert result["backtest"]["origins"] >= 24
    assert result["backtest"]["horizon_days"] == len(forecast["dates"])
    assert 0 <= result["backtest"]["coverage80"] <= 1
    assert result["data"]["rows"] == 3270
    assert result["data"]["s3_key"] == "prices/sample/AAPL.csv"
    record = world.requests.read("request-1")
    assert (record.status, record.result_key) == (Status.DONE, completed.result_key)
    assert world.redis.exists(latest_name(record.requested))


def test_a_member_of_a_batch_keeps_its_headline_for_the_table(world):
    completed = world.forecasting().forecast(world.ingested(request_id="my-batch--0000"))
    kept = world.redis.hget(request_key("my-batch--0000"), "headline")
    assert json.loads(kept) == headline(world.result(completed))
    world.forecasting().forecast(world.ingested())
    assert not world.redis.hexists(request_key("request-1"), "headline")


def test_that_prices_have_ended_is_said_as_soon_as_it_is_so(world):
    answers = []
    for day in (4, 19):
        clock = datetime(2013, 3, day, tzinfo=timezone.utc).timestamp
        ingested = world.ingested(request_id=f"request-{day}")
        answers.append(world.result(world.forecasting(clock).forecast(ingested))["message"])
    assert answers[1] == f"{answers[0]} The prices of AAPL end on March 1, 2013."


def test_the_history_is_stored_once_for_all_questions_about_the_same_prices(world):
    ingested = [world.ingested("AAPL", days, f"request-{days}") for days in (30, 45)]
    completed = [world.forecasting().forecast(one) for one in ingested]
    stored = world.prices.get("prices/sample/AAPL.csv")
    for event, done in zip(ingested, completed, strict=True):
        today = datetime.now(timezone.utc).date()
        assert world.results.get(done.result_key) == computed(event, stored, today)
    [name] = world.redis.scan_iter("stockcast:history:*")
    assert name.decode() == history_name(completed[0].result_key)
    kept = [result_name(one.result_key) for one in completed]
    assert sum(map(world.redis.strlen, [name.decode(), *kept])) < 40_000
    period_ms = world.settings.result_ttl_s * 1000
    assert world.redis.pttl(name) > max(map(world.redis.pttl, kept)) + period_ms


def test_a_history_that_redis_has_lost_is_computed_again(world):
    ingested = world.ingested()
    first = world.forecasting().forecast(ingested)
    whole = world.results.get(first.result_key)
    world.redis.delete(history_name(first.result_key))
    assert world.results.get(first.result_key) is None
    time.sleep(1.1)  # until the claim on the finished computation expires
    again = world.forecasting().forecast(structs.replace(ingested, request_id="request-2"))
    assert again.result_key == first.result_key
    assert world.results.get(first.result_key) == whole


def test_a_repeat_renews_the_history_with_the_result(world):
    ingested = world.ingested()
    key = world.forecasting().forecast(ingested).result_key
    for name in (result_name(key), history_name(key)):
        world.redis.pexpire(name, 60_000)
    world.forecasting().forecast(structs.replace(ingested, request_id="request-2"))
    assert world.redis.pttl(history_name(key)) > world.redis.pttl(result_name(key)) > 60_000


def test_the_shortest_and_the_longest_forecast(world):
    for days, last in ((1, "2013-03-04"), (3650, "2023-02-27")):
        ingested = world.ingested("IBM", days, f"request-{days}")
        result = world.result(world.forecasting().forecast(ingested))
        assert result["target_date"] == result["forecast"]["dates"][-1] == last


def test_equal_requests_in_flight_share_one_computation(world, monkeypatch):
    calls, real = [], result_module.answer

    def counted(*arguments):
        calls.append(1)
        return real(*arguments)

    monkeypatch.setattr(result_module, "answer", counted)
    events = [world.ingested("FB", 30, f"request-{number}") for number in range(6)]
    keys = at_once(world.forecasting().forecast, events)
    assert len(calls) == 1
    assert len({one.result_key for one in keys}) == 1
    assert all(world.requests.read(event.request_id).status is Status.DONE for event in events)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bucket": "elsewhere"}, "bucket"),
        ({"key": "prices/sample/../secret"}, "key"),
        ({"key": "prices/sample/MSFT.csv"}, "key"),
        ({"key": "symbols/directory.tsv.gz"}, "key"),
    ],
)
def test_prices_other_than_those_of_the_symbol_fail_with_the_name(world, change, field):
    ingested = structs.replace(
        world.ingested(), request_id="request-2", **({"symbol": "AAPL"} | change)
    )
    with pytest.raises(InvalidFieldError) as caught:
        world.forecasting().forecast(ingested)
    assert caught.value.field == field
    assert str(change[field]) in caught.value.detail


def test_prices_that_have_gone_since_fail_with_what_to_do(world):
    gone = {"request_id": "request-2", "symbol": "ZZZ", "key": "prices/sample/ZZZ.csv"}
    with pytest.raises(PricesGoneError, match="ZZZ were removed"):
        world.forecasting().forecast(structs.replace(world.ingested(), **gone))


def test_too_little_history_is_told_with_the_number_needed(world):
    rows = SampleProvider().fetch("FB").history.rows[:10]
    world.prices.put(
        "sample", PriceHistory("NEW", rows), fetched_at="2013-03-01T00:00:00Z", replaces=None
    )
    stored = world.prices.head("prices/sample/NEW.csv")
    ingested = structs.replace(
        world.ingested(), request_id="request-2", symbol="NEW", key=stored.key, etag=stored.etag
    )
    with pytest.raises(TooLittleHistoryError, match=r"NEW has 10 daily prices.*at least 30"):
        world.forecasting().forecast(ingested)


def test_a_file_that_is_no_price_file_is_refused(world, s3_client):
    ingested = world.ingested()
    s3_client.put_object(Bucket=ingested.bucket, Key=ingested.key, Body=b"<html>", Metadata={})
    with pytest.raises(UnreadablePricesError, match="AAPL"):
        world.forecasting().forecast(ingested)


def test_a_chart_is_drawn_once(world):
    completed = world.forecasting().forecast(world.ingested())
    charting = Charting(world.results)
    wanted = ChartRequested("request-1", "AAPL", completed.result_key)
    charting.draw(wanted)
    png = world.redis.get(chart_name(completed.result_key))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (1000, 560)
    world.results.put_chart(completed.result_key, b"kept")
    charting.draw(wanted)
    assert world.redis.get(chart_name(completed.result_key)) == b"kept"


def test_a_chart_of_an_expired_result_is_not_drawn(world, caplog):
    Charting(world.results).draw(ChartRequested("request-1", "AAPL", "gone"))
    assert "expired" in caplog.text


def test_prophets_backtest_is_added_after_its_forecast_is_there(world):
    requested = world.ingested(model="prophet")
    completed = world.forecasting().forecast(requested)
    first = world.result(completed)
    assert completed.extensions == {"backtest": "pending"}
    assert (first["backtest"]["status"], first["backtest"]["mase"]) == ("pending", None)
    assert world.requests.read("request-1").status is Status.DONE
    backtesting = world.backtesting()
    backtesting.complete(completed)
    second = world.result(completed)
    assert second["backtest"]["status"] == "complete"
    assert second["backtest"]["origins"] >= 24
    assert second["backtest"]["mase"] > 0
    assert second["message"] == f"{second['backtest']['trust']['sentence']} {first['message']}"
    assert {**first, "backtest": 0, "message": 0} == {**second, "backtest": 0, "message": 0}
    backtesting.complete(completed)
    assert world.result(completed) == second


def test_a_prophet_whose_ranges_were_too_narrow_says_so_first_in_message_batch_and_chart(world):
    ingested = world.ingested(model="prophet", request_id="my-batch--0000")
    completed = world.forecasting().forecast(ingested)
    assert world.result(completed)["message"].startswith("AAPL could be between")
    world.results.put_chart(completed.result_key, b"drawn before its record was known")
    world.backtesting().complete(completed)
    result = world.result(completed)
    held = f"{result['backtest']['coverage80']:.0%}"
    assert result["message"].startswith(
        "Prophet's ranges have been far too narrow for AAPL:"
        f" its 80% range held {held} of the time. AAPL could be between $"
    )
    assert result["backtest"]["trust"]["state"] == "too_narrow"
    (low, high), (lower, higher) = result["intervals"]["80"], result["backtest"]["widened80"]
    assert 0 < lower < low < high < higher
    assert result["backtest"]["record"].startswith(f"Promised 80%, delivered {held} (")
    kept = world.redis.hget(request_key("my-batch--0000"), "headline")
    assert json.loads(kept)["trust"] == "too_narrow"
    assert not world.results.has_chart(completed.result_key)


def test_an_equal_request_after_that_has_the_backtest_at_once(world):
    requested = world.ingested("FB", model="prophet")
    completed = world.forecasting().forecast(requested)
    world.backtesting().complete(completed)
    again = world.forecasting().forecast(structs.replace(requested, request_id="request-2"))
    assert (again.result_key, again.extensions) == (completed.result_key, {})


def test_a_backtest_for_a_result_that_has_expired_is_no_error(world):
    gone = ForecastCompleted("request-1", "AAPL", "gone", lacks_backtest=True)
    assert world.backtesting().complete(gone) is None


def test_a_backtest_whose_prices_are_gone_says_that_there_is_none(world, s3_client):
    ingested = world.ingested(model="prophet")
    completed = world.forecasting().forecast(ingested)
    s3_client.delete_object(Bucket=ingested.bucket, Key=ingested.key)
    world.backtesting().complete(completed)
    assert world.result(completed)["backtest"]["status"] == "failed"


def test_prophets_result_has_the_parts_of_its_line(world):
    parts = world.result(world.forecasting().forecast(world.ingested(model="prophet")))[
        "components"
    ]
    for name in ("trend", "yearly", "monthly"):
        assert len(parts[name]["dates"]) == len(parts[name]["values"]) > 0
    assert parts["changepoints"]
    calibrated = world.ingested(request_id="request-2")
    assert "components" not in world.result(world.forecasting().forecast(calibrated))


def test_a_request_that_has_ended_is_left_alone(world):
    ingested = world.ingested()
    world.requests.fail(ingested.requested, PricesGoneError("AAPL"))
    assert world.forecasting().forecast(ingested) is None
    assert world.requests.read("request-1").status is Status.FAILED
    assert list(world.redis.scan_iter("stockcast:result:*")) == []
