"""The watch-list: a table that a batch fills."""

import pytest

from tests.e2e.page.reading import DASH, LONG_MS

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit):
    page = visit("/?view=watch-list")
    page.wait_for_selector("text=Nothing watched yet")
    return page


def add(page, text):
    page.fill("#watch-add", text)
    page.keyboard.press("Enter")


def row(page, symbol):
    found = page.locator("#watch-table tr", has=page.locator(f"th >> text={symbol}"))
    found.locator("td:not(:has-text('…'))").nth(5).wait_for(timeout=LONG_MS)
    return found.locator("td").all_inner_texts()


def test_several_tickers_are_added_and_forecast_as_one_batch(page, stockcast):
    with page.expect_request(lambda request: request.url.endswith("/api/batches")) as sent:
        add(page, "aapl, msft")
    asked = sent.value.post_data_json
    assert (asked["symbols"], asked["days"]) == (["AAPL", "MSFT"], 30)
    page.locator("#watch-table .sparkline").nth(1).wait_for(timeout=LONG_MS)
    answer = stockcast.submit(symbol="AAPL", days=30).json()
    result = stockcast.ended(answer["id"])["result"]
    low, high = result["intervals"]["80"]
    _, last, between, chance, as_of, _ = row(page, "AAPL")
    assert last == f"${result['last_price']:.2f}"
    assert between == f"${low:.2f} {DASH} ${high:.2f}"
    assert chance == f"{result['probability_higher']:.0%}"
    assert as_of == "Mar 1, 2013"
    assert page.locator("#watch-table .sparkline").count() == 2
    label = page.locator("#watch-table .sparkline").first.get_attribute("aria-label")
    assert label.startswith("AAPL: -")  # it fell in those months
    page.click("#watch-table >> text=AAPL")
    page.wait_for_selector("#sentence", timeout=LONG_MS)
    assert "symbol=AAPL&days=30" in page.url


def test_the_batchs_progress_is_shown(page):
    page.evaluate("""() => {
      window.said = [];
      const said = document.getElementById("watch-said");
      const note = () => window.said.push(said.textContent);
      new MutationObserver(note).observe(said, {childList: true});
    }""")
    add(page, "AAPL MSFT IBM")
    row(page, "IBM")
    assert page.evaluate("window.said[0]") == "0 of 3 forecast"
    page.wait_for_function("() => window.said.includes('3 of 3 forecast')")


def test_a_ticker_without_forecast_says_so_and_leads_to_the_reason(page):
    add(page, "ZZZZ, AAPL")
    page.wait_for_selector("text=No forecast came. Open ZZZZ to see why.", timeout=LONG_MS)
    row(page, "AAPL")
    page.click("#watch-table >> text=ZZZZ")
    page.wait_for_selector(".failure >> text=ZZZZ is not in the sample")


def test_it_is_there_again_and_can_be_cleared(page):
    add(page, "AAPL")
    row(page, "AAPL")
    page.reload()
    assert row(page, "AAPL")[1].startswith("$")
    page.click("[aria-label='Remove AAPL']")
    page.wait_for_selector("text=Nothing watched yet")
    assert page.evaluate("document.activeElement.id") == "watch-add"


def test_another_horizon_forecasts_anew(page):
    add(page, "AAPL")
    before = row(page, "AAPL")[2]
    page.click("[data-horizon='365']")
    page.wait_for_selector("th >> text=80% range in 365 days")
    assert row(page, "AAPL")[2] != before


def test_bad_tickers_are_named(page):
    add(page, "AAPL, 1X, ?")
    assert page.inner_text("#watch-add-error") == "1X, ?: no ticker. Take it out, then add again."
    assert page.input_value("#watch-add") == "AAPL, 1X, ?"
