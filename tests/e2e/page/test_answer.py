"""The answer: chart, record, where the prices are from, tables."""

import re
import time
from datetime import datetime

import pytest

from tests.e2e.page.reading import DASH, LONG_MS, answered, drawn_colours, linked

pytestmark = pytest.mark.browser

PICTURE = "() => document.querySelector('.plot canvas').toDataURL()"
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def answer(visit):
    page = visit("/?symbol=AAPL&days=45&model=calibrated")
    answered(page)
    return page


def day_at(page, key):
    """The day under the cursor after `key` (Home: the first that is shown, End: the last)."""
    page.locator(".plot").press(key)
    page.evaluate(NEXT_FRAME)
    text = page.inner_text(".readout span:first-child").strip()
    return datetime.strptime(text, "%B %d, %Y").date().isoformat()  # noqa: DTZ007 - a day has none


def test_the_chart_is_drawn_with_history_ribbons_and_random_walk(answer):
    assert drawn_colours(answer) > 20
    text = answer.inner_text(".readout")
    amount = r"\$\d\d\.\d\d"
    ranges = rf"50% {amount} {DASH} {amount}\s+80% {amount} {DASH} {amount}\s+95%"
    assert re.search(rf"April 15, 2013\s+middle {amount}\s+{ranges}", text)
    assert "walk 80%" in text
    layers = answer.locator(".legend button").all_inner_texts()
    assert layers == ["Forecast: 50, 80, 95%", "80% range a day before", "Random walk: 80%"]
    for name in layers:
        before = answer.evaluate(PICTURE)
        answer.click(f".legend >> text={name}")
        answer.evaluate(NEXT_FRAME)
        assert answer.evaluate(PICTURE) != before, name
    assert "walk 80%" not in answer.inner_text(".readout")


def test_the_range_buttons_show_as_much_of_the_past(answer):
    for name, first in {
        "1M": "2013-02-01",
        "3M": "2012-12-03",
        "6M": "2012-09-04",
        "YTD": "2013-01-02",
        "1Y": "2012-03-01",
        "3Y": "2010-03-01",
    }.items():
        answer.click(f".ranges >> text={name}")
        assert answer.get_attribute(f".ranges >> text={name}", "aria-pressed") == "true"
        assert answer.locator(".ranges [aria-pressed=true]").count() == 1
        answer.evaluate(NEXT_FRAME)
        assert day_at(answer, "Home") == first
        assert day_at(answer, "End") == "2013-04-15"


def test_the_longest_range_shows_all_prices_there_are(answer):
    assert day_at(answer, "Home") == "2012-09-04"
    answer.click(".ranges >> text=Max")
    answer.wait_for_selector(".plot[aria-label*='Mar 1, 2000']", timeout=LONG_MS)
    assert answer.evaluate("document.activeElement.textContent") == "Max"
    answer.evaluate(NEXT_FRAME)
    assert day_at(answer, "Home") == "2000-03-01"
    assert day_at(answer, "End") == "2013-04-15"
    assert drawn_colours(answer) > 20


def plot_box(page):
    return page.locator(".plot .u-over").bounding_box()


def test_dragging_zooms_and_a_double_click_shows_all(answer):
    box = plot_box(answer)
    answer.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 100)
    answer.mouse.down()
    answer.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 120, steps=4)
    answer.mouse.up()
    answer.evaluate(NEXT_FRAME)
    first, last = day_at(answer, "Home"), day_at(answer, "End")
    assert "2012-10-15" < first < last < "2013-02-15"
    assert answer.locator(".ranges [aria-pressed=true]").count() == 0
    answer.mouse.dblclick(box["x"] + 200, box["y"] + 100)
    answer.evaluate(NEXT_FRAME)
    assert (day_at(answer, "Home"), day_at(answer, "End")) == ("2008-03-03", "2013-04-15")


def test_the_wheel_zooms_and_lets_the_page_scroll_where_it_cannot(answer):
    answer.locator(".plot").scroll_into_view_if_needed()
    box = plot_box(answer)
    before = day_at(answer, "Home")
    answer.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    answer.mouse.wheel(0, -200)
    answer.evaluate(NEXT_FRAME)
    assert day_at(answer, "Home") > before
    answer.locator(".plot").press("0")
    answer.evaluate(NEXT_FRAME)
    scrolled = answer.evaluate("scrollY")
    answer.mouse.wheel(0, 300)
    answer.wait_for_function("(y) => scrollY > y", arg=scrolled)


def test_the_keys_zoom_and_move(answer):
    before = day_at(answer, "Home")
    answer.locator(".plot").press("End")
    answer.locator(".plot").press("+")
    answer.evaluate(NEXT_FRAME)
    assert day_at(answer, "Home") > before
    answer.locator(".plot").press("End")
    assert day_at(answer, "ArrowLeft") == "2013-04-12"
    assert day_at(answer, "PageUp") == "2013-03-13"


def test_the_cursor_reads_out_a_day_of_the_past(answer):
    box = plot_box(answer)
    answer.mouse.move(box["x"] + 60, box["y"] + 80)
    answer.wait_for_function(
        "() => document.querySelector('.readout').innerText.includes('80% a day before')"
    )
    assert re.search(r"2012\s+price \$[\d.]+", answer.inner_text(".readout"))
    assert answer.get_attribute(".readout", "aria-live") == "off"


def test_the_chart_does_not_jump_as_the_cursor_moves(visit):
    page = visit("/?symbol=AAPL&days=45", viewport={"width": 390, "height": 900})
    answered(page)
    page.locator(".plot").scroll_into_view_if_needed()
    box = plot_box(page)
    page.mouse.move(box["x"] + 20, box["y"] + 100)  # the past has less to say
    page.wait_for_function(
        "() => document.querySelector('.readout').innerText.includes('a day before')"
    )
    assert plot_box(page) == box


def test_the_scale_can_be_logarithmic(answer):
    before = answer.evaluate(PICTURE)
    answer.click("text=Log scale")
    answer.evaluate(NEXT_FRAME)
    assert answer.evaluate(PICTURE) != before
    assert answer.get_attribute("text=Log scale", "aria-pressed") == "true"
    assert day_at(answer, "Home") == "2012-09-04"  # the range stays
    assert day_at(answer, "ArrowRight") == "2012-09-05"  # and the keys move it once


def test_the_record_shows_what_was_meant_and_what_held(answer):
    backtest = stored(answer)["backtest"]
    bars = answer.locator(".bars li").all_inner_texts()
    assert bars == [
        f"{meant}% meant, {backtest[f'coverage{meant}']:.0%} held" for meant in (50, 80, 95)
    ]
    assert backtest["verdict"] in answer.inner_text(".cards")
    held = float(answer.locator(".bars .held").nth(1).get_attribute("width"))
    assert held == pytest.approx(100 * backtest["coverage80"])


def stored(page):
    """The result that the page shows, from the API."""
    return linked(page, "text=JSON")["result"]


def test_where_the_prices_are_from_is_said(answer):
    text = answer.inner_text(".cards .card:nth-child(2)")
    assert "the bundled sample" in text
    assert re.search(r"Mar 1, 2013 \(\d+ years old\)", text)
    assert "Sample prices. They end on March 1, 2013" in answer.inner_text(".banner")


def test_stale_prices_get_a_banner(visit):
    """No provider of the test can fail to answer: the answer is changed on its way."""
    page = visit()

    def make_stale(route):
        body = route.fetch().text().replace('"stale":false', '"stale":true')
        route.fulfill(body=body, content_type="text/event-stream")

    page.route("**/events", make_stale)
    page.fill("#symbol", "IBM")
    page.click("#submit")
    answered(page)
    assert "Old prices. The provider gives no newer prices now" in page.inner_text(".answer")


def test_the_figures_are_those_of_the_result(answer):
    result = stored(answer)
    text = answer.inner_text(".figures")
    assert f"${result['last_price']:.2f}" in text
    assert f"{result['probability_higher']:.0%}" in text
    for percent in ("50", "95"):
        low, high = result["intervals"][percent]
        assert f"${low:.2f} {DASH} ${high:.2f}" in text


def test_tables_hold_what_the_chart_shows(answer):
    result = stored(answer)
    assert answer.locator("tbody tr").count() == 0  # folded, and not made yet
    answer.click("text=The forecast as a table")
    rows = answer.locator("details >> nth=0").locator("tbody tr")
    rows.first.wait_for()
    assert rows.count() == len(result["forecast"]["dates"])
    last = rows.last.locator("th, td").all_inner_texts()
    assert last[0] == "Apr 15, 2013"
    assert last[1] == f"${result['forecast']['mean'][-1]:.2f}"
    assert last[-1] == f"${result['random_walk']['hi80'][-1]:.2f}"
    answer.click("text=The history as a table")
    rows = answer.locator("details >> nth=1").locator("tbody tr")
    rows.first.wait_for()
    assert rows.count() == len(result["history"]["dates"])
    assert rows.first.locator("td").first.inner_text() == f"${result['last_price']:.2f}"


def test_the_record_of_a_slow_model_is_added_when_it_is_there(visit):
    page = visit(f"/?symbol=IBM&days={300 + time.time_ns() % 3000}&model=prophet")
    answered(page)
    assert "Fitted line" in page.inner_text(".legend")
    page.wait_for_selector(".bars li", timeout=LONG_MS)
    assert page.inner_text(".cards .card").count("held") == 3
