import numpy as np
import pytest

from functions.common.errors import InvalidFieldError
from tests.unit.forecast.analyses.asking import analysed, frame, line_of, table_of
from tests.unit.forecast.price_series import of_closes, sample, walk

ALL = ["close", "adj_close", "volume", "daily_change"]


def known(symbol):
    prices = frame(symbol)
    return prices.assign(daily_change=prices["adj_close"].diff())


@pytest.mark.parametrize("symbol", ["AAPL", "FB"])
def test_extremes_and_current_value_of_each_column_are_those_of_pandas(symbol):
    figures = analysed("history", sample(symbol), columns=ALL)["figures"]
    for name, values in known(symbol)[ALL].items():
        assert figures[f"{name}_minimum"] == pytest.approx(values.min())
        assert figures[f"{name}_minimum_date"] == str(values.idxmin().date())
        assert figures[f"{name}_maximum"] == pytest.approx(values.max())
        assert figures[f"{name}_maximum_date"] == str(values.idxmax().date())
        assert figures[f"{name}_current"] == pytest.approx(values.iloc[-1])
        assert figures[f"{name}_current_date"] == str(values.index[-1].date())


def test_the_adjusted_close_is_shown_unless_said_otherwise():
    shown = analysed("history", sample("IBM"))
    expected = known("IBM")["adj_close"]
    assert [line["name"] for line in shown["panels"][0]["lines"]] == ["adjusted close"]
    assert line_of(shown, "adjusted close").to_numpy() == pytest.approx(expected, rel=1e-5)
    assert shown["message"].startswith("IBM's adjusted close was between $")


def test_a_range_is_cut_out_and_told_day_by_day():
    shown = analysed("history", sample("MSFT"), columns=ALL, start="2010-01-04", end="2011-06-30")
    expected = known("MSFT").loc["2010-01-04":"2011-06-30", ALL]
    told = table_of(shown)
    assert told.index.tolist() == expected.index.astype(str).tolist()
    assert told.to_numpy() == pytest.approx(expected.to_numpy())
    assert shown["figures"]["start"] == "2010-01-04"
    assert [panel["unit"] for panel in shown["panels"]] == ["price", "shares", "money"]


def test_percent_is_off_the_mean_of_the_range():
    asked = {"columns": ["close", "volume"], "plot_type": "pct", "start": "2012-01-03"}
    shown = analysed("history", sample("GOOG"), **asked)
    expected = known("GOOG").loc["2012-01-03":]
    for name in ("close", "volume"):
        percent = 100 * (expected[name] / expected[name].mean() - 1)
        assert line_of(shown, name).to_numpy() == pytest.approx(percent, abs=1e-4)
    assert shown["figures"]["close_maximum"] == pytest.approx(expected["close"].max())


def test_dates_outside_the_data_are_moved_to_the_nearest_trading_day_and_this_is_said():
    shown = analysed("history", sample("AAPL"), start="1990-01-01", end="2012-11-24")
    assert (shown["figures"]["start"], shown["figures"]["end"]) == ("2000-03-01", "2012-11-23")
    assert shown["notes"] == [
        "start 1990-01-01 is before the first price. The analysis uses 2000-03-01.",
        "end 2012-11-24 is not a trading day of these prices. The analysis uses 2012-11-23.",
    ]
    late = analysed("history", sample("AAPL"), end="2020-01-01")
    assert late["notes"] == [
        "end 2020-01-01 is after the last price. The analysis uses 2013-03-01."
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start": "2013-03-01"}, "start"),
        ({"start": "2020-01-01"}, "start"),
        ({"start": "2020-01-01", "end": "2021-01-01"}, "start"),
        ({"end": "1999-01-01"}, "end"),
        ({"start": "1990-01-01", "end": "1991-01-01"}, "end"),
        ({"start": "2013-02-16", "end": "2013-02-17"}, "start"),
    ],
)
def test_a_range_without_prices_is_refused_by_name_and_told_what_there_is(asked, field):
    with pytest.raises(InvalidFieldError) as caught:
        analysed("history", sample("AAPL"), **asked)
    assert caught.value.field == field
    assert "2000-03-01 to 2013-03-01" in caught.value.message


def test_a_column_that_the_provider_does_not_have_is_refused_by_name():
    with pytest.raises(InvalidFieldError, match="columns: names 'volume'"):
        analysed("history", of_closes(walk(50)), columns=["volume"])


def test_the_first_day_has_no_change():
    series = of_closes([10.0, 11.0, 10.5])
    shown = analysed("history", series, columns=["daily_change"])
    assert shown["table"]["rows"][0] == ["1990-01-01", None]
    assert shown["figures"]["daily_change_maximum"] == pytest.approx(1.0)


def test_the_daily_change_in_percent_is_of_the_price_before():
    asked = {"columns": ["daily_change", "close"], "plot_type": "pct", "start": "2012-01-03"}
    shown = analysed("history", sample("MSFT"), **asked)
    expected = 100 * frame("MSFT")["adj_close"].pct_change().loc["2012-01-03":]
    assert line_of(shown, "daily change").to_numpy() == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert table_of(shown)["daily_change_percent"].to_numpy() == pytest.approx(expected)
    assert [panel["unit"] for panel in shown["panels"]] == ["percent", "percent"]


def test_constant_prices_are_at_their_mean():
    series = of_closes(np.full(40, 10.0))
    shown = analysed("history", series, columns=["daily_change", "close"], plot_type="pct")
    changes, closes = (panel["lines"][0]["values"] for panel in shown["panels"])
    assert changes == [None, *[0.0] * 39]
    assert set(closes) == {0.0}
    assert shown["figures"]["close_minimum_date"] == "1990-01-01"
