"""Comparing tickers as percent change."""

import pytest

from tests.e2e.page.reading import drawn_colors, violations

pytestmark = pytest.mark.browser


def shown(page):
    page.wait_for_selector("#compare-outcome .plot canvas")
    rows = page.locator("#compare-outcome tbody tr")
    rows.first.wait_for()
    return {
        row[0]: row[1:] for row in (one.locator("th, td").all_inner_texts() for one in rows.all())
    }


def test_tickers_start_together_and_are_told_apart(visit, stockcast):
    page = visit("/?view=compare")
    for symbol in ("AAPL", "IBM"):
        page.fill("#compare-add", symbol)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#compared >> text={symbol}")
    assert page.url.endswith("/?view=compare&symbols=AAPL%2CIBM")
    table = shown(page)
    for symbol in ("AAPL", "IBM"):
        path = f"/api/symbols/{symbol}/history?start=2012-03-01"
        found = stockcast.get(path).json()
        factor = found["close"][-1] / found["adj_close"][-1]
        close = [price * factor for price in found["adj_close"]]
        first, last, change, lowest, highest = table[symbol]
        assert (first, last) == (f"${close[0]:.2f}", f"${close[-1]:.2f}")
        assert change == f"{close[-1] / close[0] - 1:+.1%}"
        assert lowest == f"{min(close) / close[0] - 1:+.1%}"
        assert highest == f"{max(close) / close[0] - 1:+.1%}"
    assert drawn_colors(page, "#compare-outcome .plot") > 20
    assert f"AAPL {table['AAPL'][2]}" in page.inner_text("#compare-outcome .readout")
    assert violations(page) == []


def test_on_a_phone_every_ticker_is_read_out(visit):
    page = visit("/?view=compare&symbols=AAPL,MSFT,IBM")
    page.set_viewport_size({"width": 360, "height": 740})
    table = shown(page)
    said = page.inner_text("#compare-outcome .readout")
    assert [symbol for symbol in table if f"{symbol} {table[symbol][2]}" not in said] == []


def test_another_range_starts_them_again(visit):
    page = visit("/?view=compare&symbols=AAPL,MSFT,IBM,GOOG")
    before = shown(page)
    page.click("#compare-outcome .ranges >> text=3M")
    page.wait_for_selector("text=From Dec 3, 2012 to Mar 1, 2013")
    after = shown(page)
    assert list(after) == ["AAPL", "MSFT", "IBM", "GOOG"]
    assert all(after[symbol][2] != before[symbol][2] for symbol in after)


def test_four_are_the_most_and_one_can_be_taken_out(visit):
    page = visit("/?view=compare&symbols=AAPL,MSFT,IBM,GOOG,FB")
    assert set(shown(page)) == {"AAPL", "MSFT", "IBM", "GOOG"}
    assert page.inner_text("#compare-add-error").startswith("Left out: FB.")
    page.fill("#compare-add", "FB")
    page.keyboard.press("Enter")
    told = "You can compare four stocks. Remove one first."
    page.wait_for_selector(f"#compare-add-error:text-is('{told}')")
    page.click("[aria-label='Remove IBM']")
    assert page.evaluate("document.activeElement.id") == "compare-add"
    page.wait_for_selector("#compare-outcome >> text=IBM", state="detached")
    assert set(shown(page)) == {"AAPL", "MSFT", "GOOG"}


def test_one_bad_ticker_is_told_and_the_others_are_compared(visit):
    page = visit("/?view=compare&symbols=AAPL,ZZZZ")
    page.wait_for_selector("#compare-outcome .trouble >> text=ZZZZ is missing.")
    assert "ZZZZ is not in the sample" in page.inner_text("#compare-outcome .trouble")
    assert set(shown(page)) == {"AAPL"}


def test_prices_without_a_day_in_common_are_not_compared(visit):
    page = visit()
    old = {"dates": ["1999-01-04", "1999-01-05"], "close": [1, 2], "adj_close": [1, 2]}
    page.route("**/api/symbols/IBM/history", lambda route: route.fulfill(json=old))
    page.click("nav >> text=Compare")
    page.click("text=AAPL, MSFT, IBM")
    page.wait_for_selector("text=These stocks have no day in common")
    page.click("[aria-label='Remove IBM']")
    assert set(shown(page)) == {"AAPL", "MSFT"}
