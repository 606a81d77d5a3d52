import numpy as np
import pytest

from functions.common.errors import InvalidFieldError, TooLittleHistoryError
from functions.common.messages.interest_csv import read
from tests.unit.forecast.analyses.asking import (
    analysed,
    fitted_by_both,
    frame,
    line_of,
    table_of,
    with_parameters_of,
)
from tests.unit.forecast.price_series import of_closes, sample, walk


def turning(change_per_day, at=600, rows=1000):
    """Prices that rise by 0.05% a day, and by `change_per_day` (logs) more from row `at` on."""
    noise = np.random.default_rng(7).normal(0.0, 1e-3, rows)
    days = np.arange(rows)
    logs = 5e-4 * days + change_per_day * np.maximum(days - at, 0) + noise
    return of_closes(100 * np.exp(logs))


@pytest.mark.parametrize(("change", "direction"), [(0.0015, "up"), (-0.0015, "down")])
def test_a_known_turn_is_found_with_its_day_size_and_direction(change, direction):
    series = turning(change)
    shown = analysed("changepoints", series)
    told = table_of(shown)
    largest = told.iloc[0]
    assert largest["direction"] == direction
    away = np.abs(told.index.to_numpy("datetime64[D]") - series.dates[600])
    assert away[0] <= np.timedelta64(30, "D")
    near = away <= np.timedelta64(60, "D")
    found = np.log1p(told[near]["yearly_growth_change_percent"] / 100).sum()
    assert found == pytest.approx(365.25 * change, rel=0.25)
    assert shown["message"].startswith(f"X's trend turned most on {told.index[0]}: {direction} by")
    assert shown["panels"][0]["marks"][0]["up"] is (direction == "up")


@pytest.mark.parametrize("symbol", ["AAPL", "IBM"])
def test_the_ten_largest_are_the_librarys_largest_deltas(symbol):
    series = sample(symbol)
    shown = analysed("changepoints", series)
    model, stans = fitted_by_both(symbol)
    prices = series.adjusted_close[-len(model.dates) :]
    fitted = with_parameters_of(model, stans)
    scale = np.log(prices.max() / prices.min())
    scale /= (model.dates[-1] - model.dates[0]).astype(float)
    yearly = 100 * np.expm1(365.25 * scale * np.ravel(fitted.params["delta"]))
    deltas = dict(zip(fitted.changepoints, yearly, strict=True))
    largest = sorted(deltas.items(), key=lambda pair: -abs(np.log1p(pair[1] / 100)))[:10]
    # the fit has the others at zero
    largest = [(day, size) for day, size in largest if abs(size) > 1e-3 * abs(largest[0][1])]
    told = table_of(shown)
    assert len(told) == shown["figures"]["shown"] == len(largest) >= 5
    assert told.index.tolist() == [str(day.date()) for day, _ in largest]
    sizes = [size for _, size in largest]
    assert told["yearly_growth_change_percent"].tolist() == pytest.approx(sizes)
    assert told["direction"].tolist() == ["up" if size > 0 else "down" for _, size in largest]


def test_prices_and_trend_are_shown_over_the_training_years():
    shown = analysed("changepoints", sample("MSFT"), training_years=2)
    prices = frame("MSFT")["adj_close"].loc["2011-03-02":]
    assert line_of(shown, "adjusted close").to_numpy() == pytest.approx(prices, rel=1e-5)
    assert len(line_of(shown, "trend")) == len(prices)


def test_constant_prices_have_no_turn():
    shown = analysed("changepoints", of_closes(np.full(400, 3.0)))
    assert shown["message"] == "Prophet sees no turn in X's trend."
    assert shown["table"]["rows"] == []


def test_thirty_prices_are_needed():
    analysed("changepoints", of_closes(walk(30)))
    with pytest.raises(TooLittleHistoryError, match="29 daily prices"):
        analysed("changepoints", of_closes(walk(29)))


def export(days, values, period="Week", term="apple: (United States)"):
    """Interest in the format of Google Trends."""
    rows = [f"{day},{value}" for day, value in zip(days, values, strict=True)]
    return "\n".join(["Category: All categories", "", f"{period},{term}", *rows]) + "\n"


def weeks(count, first="2011-01-02"):
    return np.datetime64(first) + 7 * np.arange(count)


@pytest.mark.parametrize("ahead", [0, 2, -3])
def test_the_lag_at_which_searches_go_with_the_price_is_found(ahead):
    """Interest that changes `ahead` weeks before the price does."""
    count = 110
    changes = np.random.default_rng(3).normal(0.0, 1.0, count + 20)
    searched = np.clip(50 + np.cumsum(changes[10 : 10 + count]), 0, 100)
    moves = changes[10 - ahead : 10 - ahead + count]
    prices = 50 * np.exp(np.repeat(np.cumsum(0.01 * moves), 7))
    series = of_closes(prices, "2011-01-02")
    text = export(weeks(count), np.round(searched, 3))
    figures = analysed("changepoints", series, interest_csv=text)["figures"]
    assert figures["best_lag"] == ahead
    assert figures["best_correlation"] == pytest.approx(1.0, abs=0.01)
    assert figures["interest_term"] == "apple"


def test_correlations_are_those_of_pandas():
    searched = np.random.default_rng(5).integers(1, 100, 104)
    text = export(weeks(104, "2011-03-06"), searched)
    shown = analysed("changepoints", sample("AAPL"), interest_csv=text)
    weekly = frame("AAPL")["adj_close"].resample("W-SAT").last().loc["2011-03-12":]
    weekly = weekly.iloc[:104]
    returns = np.log(weekly).diff().reset_index(drop=True)
    interest = returns.copy()
    interest[:] = searched
    interest = interest.diff()
    of_lag = shown["panels"][2]
    for lag, found in zip(of_lag["x"], of_lag["lines"][0]["values"], strict=True):
        assert found == pytest.approx(interest.shift(lag).corr(returns), abs=1e-6)
    best = max(zip(of_lag["lines"][0]["values"], of_lag["x"], strict=True), key=lambda x: abs(x[0]))
    assert shown["figures"]["best_lag"] == best[1]
    assert "no more than chance" in shown["notes"][0] or "best of many" in shown["notes"][0]
    price = shown["panels"][1]["lines"][0]["values"]
    assert price == pytest.approx((100 * weekly / weekly.max()).tolist(), rel=1e-5)


def test_days_without_trading_are_left_out():
    days = np.datetime64("2012-06-01") + np.arange(60)
    text = export(days, np.arange(60) + 10, period="Day")
    figures = analysed("changepoints", sample("AAPL"), interest_csv=text)["figures"]
    traded = frame("AAPL").loc["2012-06-01":"2012-07-30"]
    assert figures["interest_periods"] == len(traded)


def test_interest_that_hardly_overlaps_the_prices_is_refused():
    text = export(weeks(60, "2013-01-06"), np.arange(60))
    with pytest.raises(InvalidFieldError, match=r"interest_csv: overlaps the prices .* in 8 "):
        analysed("changepoints", sample("AAPL"), interest_csv=text)


def test_interest_that_never_changes_says_nothing():
    text = export(weeks(60), np.full(60, 7))
    shown = analysed("changepoints", sample("AAPL"), interest_csv=text)
    assert shown["figures"]["best_lag"] is None
    assert "they cannot be compared" in shown["notes"][0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "not the CSV"),
        ("Week\n2012-01-01,5", "line 2|not the CSV"),
        ("Week,apple\n2012-01-01,5", "has 1 rows"),
        ("Week,apple\n2012-02-31,5", "line 2 must be a date"),
        ("Week,apple\n2012-01-01,101", "line 2 must be a date and a number from 0 to 100"),
        ("Week,apple\n2012-01-01,nan", "line 2"),
        ("Week,apple\n2012-01-01", "line 2"),
        ("Week,apple\n" + "2012-01-01,5\n" * 12, "dates must ascend"),
        ('Week,"apple\x00"\n2012-01-01,5\x00\n' * 12, "line"),
    ],
)
def test_what_is_no_export_is_refused_with_the_line(text, said):
    with pytest.raises(InvalidFieldError, match=said) as caught:
        read(text, "interest_csv")
    assert caught.value.field == "interest_csv"


def test_an_export_by_month_with_small_values_is_read():
    months = [f"2012-{month:02}" for month in range(1, 13)]
    interest = read("\ufeff" + export(months, ["<1"] * 12, "Month", "red, green"), "interest_csv")
    assert (interest.dates[0], interest.dates[-1]) == ("2012-01-01", "2012-12-01")
    assert set(interest.values) == {0.5}
    assert interest.term == "red"
