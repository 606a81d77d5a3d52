"""Asking for a forecast: ticker, days, model, with mouse and keyboard."""

import re

import pytest

from tests.e2e.page.reading import answered

pytestmark = pytest.mark.browser


def test_a_person_asks_and_reads_the_sentence_first(page):
    page.fill("#symbol", "aapl")
    page.fill("#days", "45")
    page.click("#submit")
    assert re.fullmatch(r"AAPL: \$[\d.]+ to \$[\d.]+ by April 15, 2013", answered(page))
    assert page.evaluate("document.activeElement.id") == "sentence"
    assert page.title() == "AAPL, 45 days · Stockcast"


def test_the_keyboard_is_enough(page):
    def press_to(selector, most=40):
        for _ in range(most):
            if page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"Tab does not reach {selector}")

    press_to("#symbol")
    page.keyboard.type("micro")
    page.wait_for_selector("#symbol-list [role=option]")
    page.keyboard.press("Tab")
    assert page.input_value("#symbol") == "MSFT"
    press_to("[data-days='30']")
    page.keyboard.press("Enter")
    press_to("[name=model]")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("[name=model][value=prophet]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert answered(page).startswith("MSFT: $")
    press_to(".plot")
    before = page.inner_text(".readout")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "(b) => document.querySelector('figure:not(.bare) .readout').innerText !== b", arg=before
    )
    assert page.get_attribute(".readout", "aria-live") == "polite"
    press_to(".tables summary")
    page.keyboard.press("Enter")
    page.locator(".tables [open] tbody tr").nth(10).wait_for()


def test_focus_is_visible_wherever_tab_leads(page):
    for _ in range(14):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(({ outlineStyle, outlineWidth }) => `${outlineStyle} ${outlineWidth}`)"
            "(getComputedStyle(document.activeElement))"
        )
        assert style == "solid 3px", page.evaluate("document.activeElement.outerHTML")


def test_tickers_are_found_by_name_in_a_combobox(page):
    box = page.locator("#symbol")
    assert box.get_attribute("role") == "combobox"
    assert box.get_attribute("aria-expanded") == "false"
    box.press_sequentially("micro")
    options = page.locator(f"#{box.get_attribute('aria-controls')} [role=option]")
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert options.first.inner_text() == "MSFT\nMicrosoft Corporation\nNasdaq"
    said = page.locator(".combobox [role=status]").first
    assert said.inner_text().startswith("1 match. Enter takes the first")
    active = box.get_attribute("aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "micro"
    box.press("ArrowDown")
    options.first.wait_for()
    options.first.click()
    assert box.input_value() == "MSFT"
    assert box.get_attribute("aria-expanded") == "false"


def test_that_nothing_matches_is_said(page):
    page.type("#symbol", "qqqqqq")
    page.wait_for_selector(".combobox [role=status]:text-matches('^No match')")
    assert page.get_attribute("#symbol", "aria-expanded") == "false"


def test_prices_are_fetched_ahead_once_a_ticker_is_settled_on(page):
    def is_warm_up(request):
        return request.url.endswith("/api/warmup")

    page.type("#symbol", "ibm")
    page.wait_for_selector("#symbol-list [role=option]")
    with page.expect_request(is_warm_up) as sent:
        page.keyboard.press("Tab")
    assert sent.value.post_data_json == {"symbol": "IBM", "model": "calibrated"}
    with page.expect_request(is_warm_up) as sent:
        page.click("text=Prophet")
    assert sent.value.post_data_json == {"symbol": "IBM", "model": "prophet"}


def test_quick_choices_fill_in_the_days(page):
    for text, days in {"1 week": 7, "1 month": 30, "3 months": 91, "1 year": 365}.items():
        page.click(f".chips >> text={text}")
        assert page.input_value("#days") == str(days)
        assert page.get_attribute(f"[data-days='{days}']", "aria-pressed") == "true"
    page.fill("#days", "8")
    assert page.locator("#ask [aria-pressed=true]").count() == 0


@pytest.mark.parametrize(
    ("symbol", "days", "field"),
    [("", "45", "symbol"), ("Q$", "45", "symbol"), ("AAPL", "0", "days"), ("AAPL", "1.5", "days")],
)
def test_bad_input_is_told_beside_its_field_and_focused(page, symbol, days, field):
    page.fill("#symbol", symbol)
    page.fill("#days", days)
    page.click("#submit")
    page.wait_for_selector(f"#{field}-error:not(:empty)")
    assert page.get_attribute(f"#{field}", "aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == field


def test_a_search_that_does_not_answer_is_no_search_without_matches(page):
    page.route("**/api/symbols?*", lambda route: route.abort())
    page.type("#symbol", "micro")
    page.wait_for_selector(".combobox [role=status] >> text=The search does not answer")
    assert page.get_attribute("#symbol", "aria-expanded") == "false"


def test_each_model_is_told_in_a_line(page):
    lines = page.locator(".models label").all_inner_texts()
    assert [line.split()[0] for line in lines] == ["Calibrated", "Prophet"]
    assert all(len(line) > 40 for line in lines)


@pytest.mark.parametrize("typed", ["apple", "Apple Inc", "aapl"])
def test_enter_takes_the_first_suggestion(page, typed):
    page.fill("#symbol", typed)
    page.press("#symbol", "Enter")
    assert answered(page).startswith("AAPL:")
    assert "symbol=AAPL" in page.url


def test_a_known_ticker_without_data_is_listed_grayed_with_what_brings_it(page):
    page.type("#symbol", "tesla")
    option = page.locator("#symbol-list [role=option]", has_text="TSLA")
    option.wait_for()
    assert option.get_attribute("aria-disabled") == "true"
    assert "make run PROVIDERS=yahoo" in page.inner_text("#symbol-list")
    page.press("#symbol", "Enter")
    page.wait_for_selector("#symbol-error:not(:empty)")
    told = page.inner_text("#symbol-error")
    assert told.startswith("Tesla, Inc.: add a data source to forecast it.")
    assert "make run PROVIDERS=yahoo" in told
    assert page.locator(".failure").count() == 0


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("45", 45),
        ("6w", 42),
        ("2 months", 61),
        ("1y", 365),
        ("2013-04-15", 45),
        ("Apr 15, 2013", 45),
    ],
)
def test_days_are_read_in_the_ways_people_write_them(page, typed, days):
    page.fill("#symbol", "AAPL")
    page.fill("#days", "45")
    page.wait_for_selector("#days-hint >> text=April 15, 2013")  # the last price is known
    page.fill("#days", typed)
    page.press("#days", "Enter")
    answered(page)
    assert f"days={days}&" in page.url


def test_days_that_cannot_be_read_are_told_with_what_to_enter(page):
    page.fill("#symbol", "AAPL")
    page.wait_for_selector("#days-hint:not(:empty)")
    for typed, told in {
        "soon": "“soon” is not a number of days or a date. Enter days ahead, for example",
        "03/04/2013": "“03/04/2013” is not a number of days or a date",
        "4000": "Choose 1 to 3650 days ahead. 4000 is too many.",
        "1.5": "Enter whole days",
        "2013-02-01": "Choose a date after 2013-03-01, the day of the last price.",
    }.items():
        page.fill("#days", typed)
        page.click("#submit")
        page.locator("#days-error", has_text=told).wait_for()


def test_the_session_is_told_as_days_are_typed(page):
    page.fill("#symbol", "AAPL")
    page.fill("#days", "45")
    page.wait_for_selector("#days-hint >> text=to Monday, April 15, 2013")
    page.fill("#days", "43")  # a Saturday
    page.wait_for_selector("#days-hint >> text=Saturday, April 13")
    hint = page.inner_text("#days-hint").replace("\u00a0", " ")
    assert hint == "Saturday, April 13: the next session is Monday, April 15, 2013"
    page.fill("#days", "28")  # Good Friday
    page.wait_for_selector("#days-hint >> text=Friday, March 29")
    hint = page.inner_text("#days-hint").replace("\u00a0", " ")
    assert hint == "Friday, March 29: the next session is Monday, April 1, 2013"


def test_a_date_can_be_picked(page):
    page.fill("#symbol", "AAPL")
    page.wait_for_selector("#days-hint:not(:empty)")
    page.locator("#date").fill("2013-05-01", force=True)
    assert page.input_value("#days") == "2013-05-01"
    page.click("#submit")
    answered(page)
    assert "days=61&" in page.url


def test_the_empty_page_shows_a_forecast_the_data_there_is_and_what_to_try(page):
    page.wait_for_selector("#outcome canvas")
    told = page.inner_text("#main")
    assert "AAPL" in told
    assert "March 1, 2013" in told
    assert "make run PROVIDERS=yahoo" in told
    assert "own file" in told
