"""Events are read strictly, and every error names the field."""

import pytest

from functions.common.errors import InvalidMessageError
from functions.common.messages.events import (
    ChartRequested,
    ForecastCompleted,
    ForecastFailed,
    ForecastRequested,
    PricesIngested,
)

ABOUT = {"request_id": "request-1", "symbol": "AAPL"}
ASKED = ABOUT | {"days": 45, "model": "prophet", "options": {"a": 1}}
INGESTED = ASKED | {
    "bucket": "stockcast",
    "key": "prices/sample/AAPL.csv",
    "etag": '"e"',
    "provider": "sample",
    "rows": 3270,
    "first_date": "2000-03-01",
    "last_date": "2013-03-01",
    "fresh_until": "2013-03-04T22:30:00Z",
    "stale": False,
}
OPTIONS = {"start": "2012-01-03", "nshares": 10.0}
ANALYSIS = ABOUT | {"kind": "buy_and_hold", "options": OPTIONS}
EXAMPLES = [
    (ForecastRequested, ASKED),
    (ForecastRequested, ANALYSIS),
    (PricesIngested, INGESTED),
    (
        PricesIngested,
        {name: INGESTED[name] for name in INGESTED if name not in {"days", "model"}} | ANALYSIS,
    ),
    (ForecastCompleted, ABOUT | {"status": "done", "result_key": "k"}),
    (ForecastFailed, ABOUT | {"status": "failed", "error": {"status": 404}}),
    (ChartRequested, ABOUT | {"result_key": "k"}),
]


@pytest.mark.parametrize(("kind", "data"), EXAMPLES)
def test_data_survives_reading_and_writing(kind, data):
    assert kind.from_data(data).to_data() == data


@pytest.mark.parametrize(("kind", "data"), EXAMPLES)
def test_unknown_fields_of_a_newer_sender_are_ignored(kind, data):
    assert kind.from_data(data | {"colour": "blue"}) == kind.from_data(data)


def test_model_and_options_have_defaults():
    event = ForecastRequested.from_data({"request_id": "12345678", "symbol": "aapl", "days": 1})
    assert (event.symbol, event.model, event.options) == ("AAPL", "calibrated", {})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("request_id", "short", "8 to 64"),
        ("request_id", 7, "8 to 64"),
        ("symbol", "A" * 300, "1 to 24 letters"),
        ("symbol", "=A", "1 to 24 letters"),
        ("symbol", "A/B", "VOD.L, ^GSPC"),
        ("symbol", None, "null"),
        ("days", 0, "1 to 3650, not 0"),
        ("days", -1, "not -1"),
        ("days", 3651, "not 3651"),
        ("days", 1.5, "not 1.5"),
        ("days", "45", 'not "45"'),
        ("days", True, "not true"),
        ("days", None, "not null"),
        ("model", "oracle", "calibrated, prophet"),
        ("options", [], "must be an object"),
        ("options", {"x": "y" * 3000}, "2000 characters"),
        ("bucket", "", "1 to 63"),
        ("provider", "../symbols", "a data source"),
        ("rows", "many", "whole number"),
        ("first_date", "yesterday", "2013-03-01"),
        ("stale", "no", "true or false"),
    ],
)
def test_a_bad_field_is_named_with_its_value(field, value, said):
    with pytest.raises(InvalidMessageError) as caught:
        PricesIngested.from_data(INGESTED | {field: value})
    assert [error.field for error in caught.value.errors] == [field]
    assert said in caught.value.detail


@pytest.mark.parametrize(
    "symbol",
    ["AAPL", "BRK.B", "0700.HK", "VOD.L", "^GSPC", "BTC-USD", "EURUSD=X", "@NAME-1A2B3C4D"],
)
def test_symbols_of_every_market_are_accepted_and_written_in_uppercase(symbol):
    event = ForecastRequested.from_data(ASKED | {"symbol": symbol.lower()})
    assert event.symbol == symbol


@pytest.mark.parametrize(
    "field", sorted(set(INGESTED) - {"model", "options", "fresh_until", "stale"})
)
def test_a_missing_field_is_named(field):
    with pytest.raises(InvalidMessageError, match=f"{field}: is missing"):
        PricesIngested.from_data({name: value for name, value in INGESTED.items() if name != field})


def test_an_event_without_a_kind_is_a_forecast():
    event = PricesIngested.from_data(INGESTED)
    assert (event.kind, event.requested.is_analysis) == ("forecast", False)
    assert "kind" not in event.to_data()
    assert PricesIngested.from_data(INGESTED | {"kind": "forecast"}) == event


def test_an_analysis_has_the_defaults_of_its_kind_and_neither_days_nor_model():
    event = ForecastRequested.from_data(ABOUT | {"kind": "predict_future", "days": 7})
    assert event.is_analysis
    assert event.options == {"days": 30, "changepoint_prior": 0.05, "training_years": 3}
    assert set(event.to_data()) == {"request_id", "symbol", "kind", "options"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "oracle"}, "kind"),
        ({"kind": None}, "kind"),
        ({"options": []}, "options"),
        ({"options": {"nshares": 0}}, "nshares"),
        ({"options": {"days": 3}}, "days"),
        ({"options": {"start": "2012-01-03", "end": "2011-01-03"}}, "start"),
        ({"symbol": "?"}, "symbol"),
    ],
)
def test_a_bad_field_of_an_analysis_is_named(change, field):
    with pytest.raises(InvalidMessageError) as caught:
        ForecastRequested.from_data(ANALYSIS | change)
    assert [error.field for error in caught.value.errors] == [field]


@pytest.mark.parametrize(
    "value", ["tomorrow", "2013-03-01T12:00:00", "2013-02-30T12:00:00Z", 7, {"a": 1}]
)
def test_an_invalid_time_is_named(value):
    data = INGESTED | {"fresh_until": value}
    with pytest.raises(InvalidMessageError, match="fresh_until"):
        PricesIngested.from_data(data)


def test_all_wrong_fields_are_named_at_once():
    wrong = {"request_id": "1234567\n", "symbol": "A A", "days": "45", "kind": "forecast"}
    with pytest.raises(InvalidMessageError) as caught:
        ForecastRequested.from_data(wrong)
    assert [error.field for error in caught.value.errors] == ["request_id", "symbol", "days"]


def test_a_whole_number_can_have_a_decimal_point():
    assert PricesIngested.from_data(INGESTED | {"days": 45.0}).days == 45
