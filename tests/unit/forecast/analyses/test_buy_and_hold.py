import math
from datetime import date

import numpy as np
import pytest

from functions.common.errors import InvalidFieldError
from tests.unit.forecast.analyses.asking import analysed, frame, line_of, table_of
from tests.unit.forecast.price_series import of_closes, sample, walk


@pytest.mark.parametrize(
    ("symbol", "start", "end", "nshares"),
    [
        ("AAPL", "2008-01-02", "2013-03-01", 10),
        ("IBM", "2000-03-01", "2013-03-01", 1),
        ("MSFT", "2011-01-03", "2012-01-04", 250.5),
    ],
)
def test_profit_return_drawdown_and_volatility_are_those_of_pandas(symbol, start, end, nshares):
    shown = analysed("buy_and_hold", sample(symbol), start=start, end=end, nshares=nshares)
    price = frame(symbol)["adj_close"].loc[start:end]
    figures = shown["figures"]
    assert figures["invested"] == pytest.approx(nshares * price.iloc[0])
    assert figures["value"] == pytest.approx(nshares * price.iloc[-1])
    assert figures["profit"] == pytest.approx(nshares * (price.iloc[-1] - price.iloc[0]))
    ratio = price.iloc[-1] / price.iloc[0]
    years = (date.fromisoformat(end) - date.fromisoformat(start)).days / 365.25
    assert figures["total_return"] == pytest.approx(ratio - 1)
    assert figures["annualised_return"] == pytest.approx(ratio ** (1 / years) - 1)
    drawdown = price / price.cummax() - 1
    assert figures["maximum_drawdown"] == pytest.approx(drawdown.min())
    assert figures["drawdown_to"] == str(drawdown.idxmin().date())
    assert figures["drawdown_from"] == str(price.loc[: drawdown.idxmin()].idxmax().date())
    returns = np.log(price).diff().dropna()
    assert figures["annual_volatility"] == pytest.approx(returns.std() * math.sqrt(252))
    profit = nshares * (price - price.iloc[0])
    assert line_of(shown, "buy and hold").to_numpy() == pytest.approx(profit, rel=1e-6)
    assert table_of(shown)["profit"].to_numpy() == pytest.approx(profit)
    assert table_of(shown)["drawdown"].to_numpy() == pytest.approx(drawdown)
    assert shown["notes"] == []


def test_one_share_over_all_prices_unless_said_otherwise():
    figures = analysed("buy_and_hold", sample("AAPL"))["figures"]
    assert (figures["start"], figures["end"], figures["nshares"]) == (
        *("2000-03-01", "2013-03-01"),
        1,
    )


def test_a_date_that_is_no_trading_day_is_moved_and_both_prices_are_of_the_same_kind():
    shown = analysed("buy_and_hold", sample("AAPL"), start="2011-12-31", end="2013-02-18")
    assert (shown["figures"]["start"], shown["figures"]["end"]) == ("2011-12-30", "2013-02-19")
    assert len(shown["notes"]) == 2
    price = frame("AAPL")["adj_close"]
    assert shown["figures"]["profit"] == pytest.approx(price["2013-02-19"] - price["2011-12-30"])


def test_the_sentence_tells_what_came_of_it():
    series = of_closes(np.linspace(100.0, 50.0, 731), "2010-01-01")
    shown = analysed("buy_and_hold", series, nshares=2000)
    assert shown["message"] == (
        "2,000 shares of X held from 2010-01-01 to 2012-01-01 lost $100,000.00 on $200,000.00,"
        " -29.3% a year."
    )


def test_less_than_a_year_is_not_annualised():
    series = of_closes(walk(200), "2010-01-01")
    shown = analysed("buy_and_hold", series)
    assert shown["figures"]["annualised_return"] is None
    assert shown["notes"] == ["The range is shorter than a year, so it has no annual return."]
    assert "a year" not in shown["message"]


def test_two_days_are_enough_and_one_is_not():
    shown = analysed("buy_and_hold", of_closes([10.0, 12.0]))
    assert shown["figures"]["total_return"] == pytest.approx(0.2)
    assert shown["figures"]["annual_volatility"] is None
    with pytest.raises(InvalidFieldError, match="start: leaves no range of prices"):
        analysed("buy_and_hold", of_closes([10.0]))


def test_constant_prices_bring_nothing_and_never_fall():
    figures = analysed("buy_and_hold", of_closes(np.full(800, 5.0)))["figures"]
    for name in ("profit", "total_return", "annualised_return", "maximum_drawdown"):
        assert figures[name] == 0.0
    assert figures["annual_volatility"] == 0.0
