"""Comparing tickers as percent change."""

import pytest

from tests.e2e.page.reading import LONG_MS, drawn_colours, violations

pytestmark = pytest.mark.browser


def shown(page):
    page.wait_for_selector("#compare-outcome .plot canvas", timeout=LONG_MS)
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
        close = stockcast.get(path).json()["adj_close"]
        first, last, change, lowest, highest = table[symbol]
        assert (first, last) == (f"${close[0]:.2f}", f"${close[-1]:.2f}")
        assert change == f"{close[-1] / close[0] - 1:+.1%}"
        assert lowest == f"{min(close) / close[0] - 1:+.1%}"
        assert highest == f"{max(close) / close[0] - 1:+.1%}"
    assert drawn_colours(page, "#compare-outcome .plot") > 20
    assert f"AAPL {table['AAPL'][2]}" in page.inner_text("#compare-outcome .readout")
    assert violations(page) == []


def test_another_range_starts_them_anew(visit):
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
    assert page.inner_text("#compare-add-error") == "Four at most: take one out first."
    page.click("[aria-label='Take IBM out']")
    page.wait_for_selector("#compare-outcome >> text=IBM", state="detached")
    assert set(shown(page)) == {"AAPL", "MSFT", "GOOG"}


def test_an_unknown_ticker_is_told(visit):
    page = visit("/?view=compare&symbols=AAPL,ZZZZ")
    page.wait_for_selector("#compare-outcome .failure >> text=ZZZZ", timeout=LONG_MS)


def test_prices_without_a_day_in_common_are_not_compared(visit):
    page = visit()
    old = {"dates": ["1999-01-04", "1999-01-05"], "adj_close": [1.0, 2.0]}
    page.route("**/api/symbols/IBM/history", lambda route: route.fulfill(json=old))
    page.click("nav >> text=Compare")
    page.click("text=AAPL, MSFT, IBM")
    page.wait_for_selector("text=They have no day in common here", timeout=LONG_MS)
    page.click("[aria-label='Take IBM out']")
    assert set(shown(page)) == {"AAPL", "MSFT"}
