"""The answer: chart, record, source of the prices, tables."""

import re
import time
from datetime import datetime

import pytest

from tests.e2e.page.reading import DASH, LINK, answered, change_events, drawn_colors, linked

pytestmark = pytest.mark.browser

PICTURE = "() => document.querySelector('.plot canvas').toDataURL()"
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def day_at(page, key):
    """The day under the cursor after `key` (Home: the first visible day, End: the last)."""
    page.evaluate(NEXT_FRAME)
    page.locator(".plot").press(key)
    page.evaluate(NEXT_FRAME)
    text = page.inner_text(".readout span:first-child").strip()
    return datetime.strptime(text, "%B %d, %Y").date().isoformat()  # noqa: DTZ007 - a day has none


def test_the_chart_is_drawn_with_history_ribbons_and_random_walk(answer):
    assert drawn_colors(answer) > 20
    text = answer.inner_text(".readout")
    amount = r"\$\d{3}\.\d\d"
    ranges = rf"50% {amount} {DASH} {amount}\s+80% {amount} {DASH} {amount}\s+95%"
    assert re.search(rf"April 15, 2013\s+middle {amount}\s+{ranges}", text)
    assert "random walk" not in text  # it appears when you switch it on
    layers = answer.locator(".legend button").all_inner_texts()
    ribbon = "Range: 50, 80, 95%"
    assert layers == [ribbon, "80% range a day before", "Random walk: 80%", "Log scale"]
    for name in layers[1:3]:
        before = answer.evaluate(PICTURE)
        answer.click(f".legend >> text={name}")
        answer.evaluate(NEXT_FRAME)
        assert answer.evaluate(PICTURE) != before, name
    assert "random walk 80%" in answer.inner_text(".readout")


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
        assert day_at(answer, "Home") == first
        assert day_at(answer, "End") == "2013-04-15"


def test_the_longest_range_shows_all_prices_there_are(answer):
    assert day_at(answer, "Home") == "2012-09-04"
    answer.click(".ranges >> text=Max")
    answer.wait_for_selector(".plot[aria-label*='Mar 1, 2000']")
    assert answer.evaluate("document.activeElement.textContent") == "Max"
    assert day_at(answer, "Home") == "2000-03-01"
    assert day_at(answer, "End") == "2013-04-15"
    assert drawn_colors(answer) > 20


def plot_box(page):
    return page.locator(".plot .u-over").bounding_box()


def test_dragging_zooms_and_a_double_click_goes_back_to_the_range_chosen(answer):
    answer.click(".ranges >> text=1Y")
    box = plot_box(answer)
    answer.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 100)
    answer.mouse.down()
    answer.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 120, steps=4)
    answer.mouse.up()
    first, last = day_at(answer, "Home"), day_at(answer, "End")
    assert "2012-05-15" < first < last < "2012-12-31"
    assert answer.locator(".ranges [aria-pressed=true]").count() == 0
    answer.mouse.dblclick(box["x"] + 200, box["y"] + 100)
    assert (day_at(answer, "Home"), day_at(answer, "End")) == ("2012-03-01", "2013-04-15")
    assert answer.get_attribute(".ranges >> text=1Y", "aria-pressed") == "true"


def test_the_wheel_scrolls_and_zooms_only_with_ctrl(answer):
    box = plot_box(answer)
    before = day_at(answer, "Home")
    answer.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    scrolled = answer.evaluate("scrollY")
    answer.mouse.wheel(0, 100)
    answer.wait_for_function("(y) => scrollY > y", arg=scrolled)
    assert "scroll to zoom" in answer.inner_text(".zoom-hint")
    assert day_at(answer, "Home") == before
    answer.keyboard.down("Control")
    answer.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    answer.mouse.wheel(0, -200)
    answer.keyboard.up("Control")
    answer.wait_for_selector(".ranges:not(:has([aria-pressed=true]))")
    assert day_at(answer, "Home") > before
    answer.locator(".plot").press("0")
    assert day_at(answer, "Home") == before
    assert answer.get_attribute(".ranges >> text=6M", "aria-pressed") == "true"


@pytest.mark.parametrize("size", [(1440, 900), (360, 740)])
def test_the_chart_is_seen_without_scrolling(visit, size):
    width, height = size
    page = visit("/?symbol=AAPL&days=45", viewport={"width": width, "height": height})
    answered(page)
    plot = page.locator(".plot").bounding_box()
    assert plot["y"] + plot["height"] <= height
    assert not page.is_visible("#ask")
    assert page.inner_text("#folded-text").startswith("AAPL · 45 days ahead")
    page.click("#change")
    assert page.is_visible("#ask")
    assert page.evaluate("document.activeElement.id") == "symbol"


def test_a_model_whose_ranges_failed_is_told_first(visit):
    page = visit("/?symbol=AAPL&days=45&model=prophet")
    page.wait_for_selector(".sentence.doubted")
    result = stored(page)
    held = f"{result['backtest']['coverage80']:.0%}"
    told = f"Prophet's ranges have been far too narrow for AAPL: its 80% range held {held}"
    assert answered(page).startswith(told)
    assert "too narrow so far" in page.inner_text(".legend")
    assert page.inner_text(".figures .muted").endswith("This model was often wrong.")
    page.click("text=See the calibrated forecast")
    page.wait_for_selector(".sentence:not(.doubted)")
    assert answered(page).startswith("AAPL: $")


RECORD_TICKS = """
  const fill = CanvasRenderingContext2D.prototype.fillText;
  window.written = [];
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    if (/^[A-Z][a-z]{2}\\b|^\\d{4}$/.test(text)) window.written.push(text);
    return fill.apply(this, arguments);
  };"""


def test_years_stand_where_they_begin_and_short_ranges_name_theirs(visit):
    page = visit("/docs")
    page.add_init_script(RECORD_TICKS)
    page.goto(page.url.replace("/docs", "/?symbol=AAPL&days=45"))
    answered(page)
    page.evaluate(NEXT_FRAME)
    for name, first in {"1M": r"\w+ \d+, 2013", "1Y": r"\w+ 2012", "3Y": r"\w+ 2010"}.items():
        page.evaluate("window.written = []")
        page.click(f".ranges >> text={name}")
        page.evaluate(NEXT_FRAME)
        written = page.evaluate("window.written")  # on the date axis below the chart
        assert re.fullmatch(first, written[0]), written
        if name == "3Y":
            years = [index for index, text in enumerate(written) if re.fullmatch(r"\d{4}", text)]
            assert [written[at] for at in years] == ["2011", "2012", "2013"]


def test_a_month_back_from_the_31st_starts_on_the_last_of_the_month(page):
    days = "import('/static/page/days.js').then((days) => days.monthsAfter(...%s))"
    assert page.evaluate(days % '["2013-03-31", -1]') == "2013-02-28"
    assert page.evaluate(days % '["2012-03-31", -1]') == "2012-02-29"
    assert page.evaluate(days % '["2013-01-31", 1]') == "2013-02-28"


def test_the_keys_zoom_and_move(answer):
    before = day_at(answer, "Home")
    answer.locator(".plot").press("End")
    answer.locator(".plot").press("+")
    assert day_at(answer, "Home") > before
    answer.locator(".plot").press("End")
    assert day_at(answer, "ArrowLeft") == "2013-04-12"
    assert day_at(answer, "PageUp") == "2013-03-13"


def test_the_cursor_reads_out_a_day_of_the_past(answer):
    answer.click("text=80% range a day before")
    box = plot_box(answer)
    answer.mouse.move(box["x"] + 60, box["y"] + 80)
    answer.wait_for_selector(".readout:has-text('80% a day before')")
    assert re.search(r"2012\s+price \$[\d.]+", answer.inner_text(".readout"))
    assert answer.get_attribute(".readout", "aria-live") == "off"


def test_the_chart_does_not_jump_as_the_cursor_moves(visit):
    page = visit("/?symbol=AAPL&days=45", viewport={"width": 390, "height": 900})
    answered(page)
    page.locator(".plot").scroll_into_view_if_needed()
    box = plot_box(page)
    page.mouse.move(box["x"] + 20, box["y"] + 100)  # past days have fewer values
    page.wait_for_selector(".readout:has-text('price')")
    assert plot_box(page) == box


def test_the_scale_can_be_logarithmic(answer):
    before = answer.evaluate(PICTURE)
    answer.click("text=Log scale")
    answer.evaluate(NEXT_FRAME)
    assert answer.evaluate(PICTURE) != before
    assert answer.get_attribute("text=Log scale", "aria-pressed") == "true"
    assert day_at(answer, "Home") == "2012-09-04"  # the range stays
    assert day_at(answer, "ArrowRight") == "2012-09-05"  # and a key moves it by one


def test_the_record_shows_what_was_meant_and_what_held(answer):
    backtest = stored(answer)["backtest"]
    bars = answer.locator(".bars li").all_inner_texts()
    assert bars == [
        f"Promised {share}%, delivered {backtest[f'coverage{share}']:.0%}" for share in (50, 80, 95)
    ]
    assert f"({backtest['origins']} forecasts)" in answer.inner_text(".cards .delivered")
    assert not answer.is_visible(".scores p")
    answer.click(".scores summary")
    assert answer.inner_text(".scores p") == backtest["verdict"]
    held = float(answer.locator(".bars .held").nth(1).get_attribute("width"))
    assert held == pytest.approx(100 * backtest["coverage80"])


def stored(page):
    """The result that the page shows, from the API."""
    return linked(page, "text=JSON")["result"]


def test_where_the_prices_are_from_is_said(answer):
    text = answer.inner_text(".cards .card:nth-child(2)")
    assert "the bundled sample" in text
    assert re.search(r"Mar 1, 2013 \(\d+ years ago\)", text)
    told = "Sample data, ending March 1, 2013. For today's prices, add a data source."
    assert answer.inner_text(".banner") == told


def test_stale_prices_get_a_banner(visit):
    """The tests' providers never fail, so the test changes the answer on its way."""
    page = visit()

    def made_stale(body):
        body = body.replace('"stale":false', '"stale":true')
        return body.replace('"provider":"sample"', '"provider":"tiingo"')

    change_events(page, made_stale)
    page.fill("#symbol", "IBM")
    page.click("#submit")
    answered(page)
    assert "Old prices. The provider gives no newer prices now." in page.inner_text(".answer")
    assert "Old prices. The prices of IBM end on March 1, 2013." in page.inner_text(".answer")


def test_the_figures_are_those_of_the_result(answer):
    result = stored(answer)
    text = answer.inner_text(".figures")
    assert f"${result['last_price']:.2f}" in text
    assert f"{result['probability_higher']:.0%}" in text
    for percent in ("50", "80", "95"):
        for end in result["intervals"][percent]:
            assert f"${end:.2f}\n{end / result['last_price'] - 1:+.1%}" in text


def test_tables_hold_what_the_chart_shows(answer):
    result = stored(answer)
    assert answer.locator("tbody tr").count() == 0  # folded, so its rows do not exist yet
    answer.click("text=The forecast as a table")
    rows = answer.locator(".tables details >> nth=0").locator("tbody tr")
    rows.first.wait_for()
    assert rows.count() == len(result["forecast"]["dates"])
    last = rows.last.locator("th, td").all_inner_texts()
    assert last[0] == "Apr 15, 2013"
    assert last[1] == f"${result['forecast']['mean'][-1]:.2f}"
    assert last[-1] == f"${result['random_walk']['hi80'][-1]:.2f}"
    answer.click("text=The history as a table")
    rows = answer.locator(".tables details >> nth=1").locator("tbody tr")
    rows.first.wait_for()
    assert rows.count() == len(result["history"]["dates"])
    assert rows.first.locator("td").first.inner_text() == f"${result['last_price']:.2f}"


def test_the_record_of_a_slow_model_is_added_when_it_is_there(visit):
    page = visit(f"/?symbol=IBM&days={100 + time.time_ns() % 200}&model=prophet")
    answered(page)
    assert "Fitted line" in page.inner_text(".legend")
    page.wait_for_selector(".bars li")
    assert page.inner_text(".bars").count("delivered") == 3


@pytest.mark.parametrize(
    ("currency", "locale", "written"),
    [
        ("GBP", "en-US", r"£\d+\.\d\d"),
        ("JPY", "en-US", r"¥\d+"),
        ("EUR", "de-DE", r"\d+,\d\d\s€"),
        (None, "en-US", r"\d+\.\d\d"),
    ],
)
def test_prices_are_written_in_their_currency(visit, currency, locale, written):
    """The sample is in dollars, so the test changes the answer on its way."""
    page = visit("/docs", locale=locale)
    told = f'"currency":"{currency}"' if currency else '"currency":null'
    change_events(page, lambda body: re.sub(r'"currency": ?"USD"', told, body))
    page.goto(page.url.replace("/docs", "/?symbol=MSFT&days=45"))
    line = answered(page)
    assert re.fullmatch(rf"MSFT: {written} to {written} by .*2013", line), line
    assert re.match(written, page.inner_text(".figures .main dd"))
    assert "$" not in page.inner_text(".figures")


def test_what_was_noticed_in_the_prices_is_told(answer):
    notes = answer.locator("[aria-label='Notes about the data'] li")
    assert len(stored(answer)["data"]["notes"]) == notes.count() > 0


def test_the_answer_names_the_company_and_its_exchange_and_each_change_in_percent(answer):
    told = answer.inner_text("#outcome")
    assert "Apple Inc. · Nasdaq" in told
    assert re.search(r"\+\d+\.\d%", told)
    assert re.search(r"[-\u2212]\d+\.\d%", told)


def test_two_fingers_zoom_the_chart(visit):
    page = visit(LINK, has_touch=True)
    answered(page)
    before = day_at(page, "Home")
    page.evaluate(
        """() => {
          const plot = document.querySelector(".plot .u-over");
          const { x, y, width, height } = plot.getBoundingClientRect();
          const finger = (pointerId, at, type) => plot.dispatchEvent(new PointerEvent(type, {
            bubbles: true, pointerId, pointerType: "touch",
            clientX: x + at * width, clientY: y + height / 2,
          }));
          finger(1, 0.4, "pointerdown"); finger(2, 0.6, "pointerdown");
          finger(1, 0.1, "pointermove"); finger(2, 0.9, "pointermove");
          finger(1, 0.1, "pointerup"); finger(2, 0.9, "pointerup");
        }"""
    )
    assert day_at(page, "Home") > before
