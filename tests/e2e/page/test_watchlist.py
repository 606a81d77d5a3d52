"""The watchlist: a batch fills its table."""

import json

import pytest

from tests.e2e.page.reading import DASH

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit):
    page = visit("/?view=watch-list")
    page.wait_for_selector("text=Your watchlist is empty")
    return page


def add(page, text):
    page.fill("#watch-add", text)
    page.keyboard.press("Enter")


def row(page, symbol):
    found = page.locator("#watch-table tr", has=page.locator(f"th >> text={symbol}"))
    found.locator("td:not(:has-text('…'))").nth(5).wait_for()
    return found.locator("td").all_inner_texts()


def test_several_tickers_are_added_and_forecast_as_one_batch(page, stockcast):
    with page.expect_request(lambda request: request.url.endswith("/api/batches")) as sent:
        add(page, "aapl, msft")
    asked = sent.value.post_data_json
    assert (asked["symbols"], asked["days"]) == (["AAPL", "MSFT"], 30)
    page.locator("#watch-table .sparkline").nth(1).wait_for()
    answer = stockcast.submit(symbol="AAPL", days=30).json()
    result = stockcast.ended(answer["id"])["result"]
    low, high = result["intervals"]["80"]
    _, last, between, chance, as_of, _ = row(page, "AAPL")
    assert last == f"${result['last_price']:.2f}"
    last_price = result["last_price"]
    ends = [f"${end:.2f} {end / last_price - 1:+.1%}" for end in (low, high)]
    assert between == f" {DASH} ".join(ends)
    assert chance == f"{result['probability_higher']:.0%}"
    assert as_of == "Mar 1, 2013"
    assert page.locator("#watch-table .sparkline").count() == 2
    label = page.locator("#watch-table .sparkline").first.get_attribute("aria-label")
    assert label.startswith("AAPL: -")  # the price fell in those months
    page.click("#watch-table >> text=AAPL")
    page.wait_for_selector("#sentence")
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


def test_a_ticker_without_forecast_says_why_in_its_place(page):
    add(page, "ZZZZ, AAPL")
    page.wait_for_selector("#watch-table td >> text=ZZZZ is not in the sample")
    row(page, "AAPL")
    page.click("#watch-table >> text=ZZZZ")
    page.wait_for_selector(".failure >> text=ZZZZ is not in the sample")


def test_it_is_there_again_and_can_be_cleared(page):
    add(page, "AAPL")
    row(page, "AAPL")
    page.reload()
    assert row(page, "AAPL")[1].startswith("$")
    page.click("[aria-label='Remove AAPL']")
    page.wait_for_selector("text=Your watchlist is empty")
    assert page.evaluate("document.activeElement.id") == "watch-add"


def test_another_horizon_forecasts_again(page):
    add(page, "AAPL")
    before = row(page, "AAPL")[2]
    page.click("[data-horizon='365']")
    page.wait_for_selector("th >> text=80% range in 365 days")
    assert row(page, "AAPL")[2] != before


def test_bad_tickers_are_named(page):
    add(page, "AAPL, 1$, ?")
    told = "Not a ticker: 1$, ?. Correct or remove it, then add again."
    page.wait_for_selector(f"#watch-add-error:text-is('{told}')")
    assert page.input_value("#watch-add") == "AAPL, 1$, ?"


def store(page, **kept):
    """Open the watchlist with this value in the browser's storage."""
    for name, value in kept.items():
        page.evaluate("(kept) => localStorage.setItem(...kept)", [f"stockcast.{name}", value])
    page.reload()


@pytest.mark.parametrize(
    "rows", ["null", "5", "[]", "{", '{"AAPL": {}}', '{"AAPL": {"last_price": "1"}}']
)
def test_what_others_have_stored_breaks_nothing(page, rows):
    asked_now = '{"askedAt": 9999999999999, "days": 30}'
    store(page, watched='["AAPL", "<b>", 5]', rows=rows, refreshed=asked_now, recent="null")
    assert row(page, "AAPL")[1].startswith("$")
    store(page, refreshed="null")
    assert row(page, "AAPL")[1].startswith("$")


def test_leaving_it_takes_the_progress_away(page):
    add(page, "AAPL")
    row(page, "AAPL")
    page.route("**/api/batches", lambda _: None)
    page.click("#watch-refresh")
    page.wait_for_selector("#watch-progress.running")
    page.click("nav >> text=Compare")
    page.click("nav >> text=Watchlist")
    page.wait_for_selector("#watch-list-view:visible")
    assert "running" not in page.get_attribute("#watch-progress", "class")


def test_too_many_are_refused_and_none_is_dropped(page):
    page.route("**/api/batches", lambda _: None)
    names = [f"A{at}" for at in range(99)]
    store(page, watched=json.dumps(names))
    add(page, "AAPL, IBM")
    page.wait_for_selector("#watch-add-error:not(:empty)")
    assert page.inner_text("#watch-add-error").startswith("The watchlist holds 100 tickers")
    add(page, "AAPL")
    page.wait_for_selector("#watch-table tbody tr:nth-child(100):last-child")
    page.click("nav >> text=Forecast")
    page.fill("#symbol", "IBM")
    page.keyboard.press("Enter")
    page.click("text=Watch IBM")
    assert page.inner_text(".watch").startswith("The watchlist holds 100 tickers")
    kept = page.evaluate("JSON.parse(localStorage.getItem('stockcast.watched'))")
    assert kept == [*names, "AAPL"]


def test_a_company_is_added_by_its_name(page):
    add(page, "microsoft")
    row(page, "MSFT")
    assert page.evaluate("localStorage.getItem('stockcast.watched')") == '["MSFT"]'


def test_a_phone_shows_it_as_cards(visit):
    page = visit("/?view=watch-list", viewport={"width": 360, "height": 740}, has_touch=True)
    add(page, "AAPL, IBM")
    row(page, "IBM")
    cards = [one.bounding_box() for one in page.locator("#watch-table tbody tr").all()]
    assert all(card["width"] > 300 for card in cards)
    assert cards[1]["y"] >= cards[0]["y"] + cards[0]["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator("[role=rowheader]").count() == 2
