"""The page in a real browser."""

import re
import time

import pytest

pytestmark = pytest.mark.browser

# a forecast may be there before a browser could be asked whether the progress is shown
WATCH_PROGRESS = """() => {
  const progress = document.getElementById("progress");
  new MutationObserver(records => {
    window.progressShown ||= !progress.hidden || records.some(record => record.oldValue === null);
  }).observe(progress, { attributes: true, attributeFilter: ["hidden"], attributeOldValue: true });
}"""


@pytest.fixture
def page(chromium, stockcast):
    context = chromium.new_context(viewport={"width": 1100, "height": 1000})
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.complaints = complaints
    page.goto(stockcast.url)
    yield page
    context.close()


def expect_forecast(page, symbol, days):
    page.wait_for_selector("#result:not([hidden])", timeout=60_000)
    message = page.inner_text("#message")
    assert re.match(
        rf"The predicted price for {symbol} {days} days after 2013-03-01 is \$", message
    )
    give_up = time.monotonic() + 60
    while page.evaluate("document.getElementById('chart').naturalWidth") != 1000:
        assert time.monotonic() < give_up, "the chart did not come"
        page.wait_for_timeout(50)
    assert symbol in page.get_attribute("#chart", "alt")
    assert page.locator("#intervals tr").count() == 3
    assert page.inner_text("#verdict")
    assert re.search(
        r"prices from sample, as of 2013-03-01 \(\d+ days old\)", page.inner_text("#source")
    )
    assert "sample prices that end on 2013-03-01" in page.inner_text("#notice")
    assert page.complaints == []


def test_a_person_asks_for_a_forecast_and_sees_it(page):
    page.fill("#symbol", "aapl")
    page.fill("#days", "45")
    page.evaluate(WATCH_PROGRESS)
    page.click("#submit")
    expect_forecast(page, "AAPL", 45)
    assert page.evaluate("window.progressShown")


def test_the_keyboard_is_enough(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "symbol"
    page.keyboard.type("MSFT")
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    expect_forecast(page, "MSFT", 30)
    assert page.evaluate("document.activeElement.id") == "result"


def test_stages_are_shown_live(page, stockcast):
    page.evaluate("""() => {
      window.seen = [];
      new MutationObserver(() => window.seen.push(document.getElementById("stage").textContent))
        .observe(document.getElementById("stage"), {childList: true});
    }""")
    page.fill("#symbol", "GOOG")
    page.fill("#days", "77")
    page.click("#submit")
    expect_forecast(page, "GOOG", 77)
    seen = page.evaluate("window.seen")
    assert any("Fetching the prices" in text for text in seen) or any(
        "Computing" in text for text in seen
    )
    assert seen[-1] == "Done."


@pytest.mark.parametrize(
    ("symbol", "days", "field"),
    [("", "45", "symbol"), ("1A", "45", "symbol"), ("AAPL", "0", "days"), ("AAPL", "1.5", "days")],
)
def test_bad_input_is_told_beside_its_field_and_focused(page, symbol, days, field):
    page.fill("#symbol", symbol)
    page.fill("#days", days)
    page.click("#submit")
    assert page.inner_text(f"#{field}-error")
    assert page.get_attribute(f"#{field}", "aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == field


def test_an_unknown_ticker_is_explained_and_can_be_tried_again(page):
    page.fill("#symbol", "ZZZZ")
    page.click("#submit")
    page.wait_for_selector("#problem:not([hidden])", timeout=60_000)
    assert "ZZZZ is not in the sample" in page.inner_text("#problem-detail")
    page.complaints.clear()  # the browser's own line about the answer 404
    page.fill("#symbol", "IBM")
    page.click("#again")
    expect_forecast(page, "IBM", 45)


def test_tickers_are_suggested_by_name(page):
    page.type("#symbol", "micro")
    page.wait_for_selector("#symbols option[value=MSFT]", state="attached")


def test_nothing_overflows_on_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.fill("#symbol", "AAPL")
    page.click("#submit")
    expect_forecast(page, "AAPL", 45)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_api_is_described(page, stockcast):
    page.goto(f"{stockcast.url}/docs")
    page.wait_for_selector("text=POST /api/forecasts")
    assert page.complaints == []


def test_the_verdict_of_a_slow_model_is_added_when_it_is_there(page, stockcast):
    """The page itself asks for the default model; its follow-up is tried on its own code."""
    answer = stockcast.submit(symbol="IBM", days=33, model="prophet").json()
    verdict = page.evaluate(
        """async (url) => {
          const { withBacktest } = await import("/static/api.js");
          return (await withBacktest(url)).result.backtest.verdict;
        }""",
        answer["links"]["self"],
    )
    assert verdict.startswith("Over ")
