"""Asking: ticker, days, model; by mouse and by keys."""

import re

import pytest

from tests.e2e.page.reading import answered

pytestmark = pytest.mark.browser


def test_a_person_asks_and_reads_the_sentence_first(page):
    page.fill("#symbol", "aapl")
    page.fill("#days", "45")
    page.click("#submit")
    assert re.fullmatch(
        r"AAPL may be between \$\d\d\.\d\d and \$\d\d\.\d\d on April 15, 2013,"
        r" with \$\d\d\.\d\d in the middle\.",
        answered(page),
    )
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
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#symbol") == "MSFT"
    press_to("[data-days='30']")
    page.keyboard.press("Enter")
    press_to("[name=model]")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("[name=model][value=prophet]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert answered(page).startswith("MSFT may be between")
    press_to(".plot")
    before = page.inner_text(".readout")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("(b) => document.querySelector('.readout').innerText !== b", arg=before)
    assert page.get_attribute(".readout", "aria-live") == "polite"
    press_to("summary")
    page.keyboard.press("Enter")
    page.locator("details[open] tbody tr").nth(10).wait_for()


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
    assert options.all_inner_texts() == ["MSFT\nMicrosoft Corporation"]
    said = page.locator(".combobox [role=status]").first
    assert said.inner_text() == "1 match. Use the arrow keys."
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
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
    page.wait_for_function(
        "() => document.querySelector('.combobox [role=status]').textContent.startsWith('No match')"
    )
    assert page.get_attribute("#symbol", "aria-expanded") == "false"


def test_prices_are_fetched_ahead_once_a_ticker_is_settled_on(page):
    def is_warm_up(request):
        return request.url.endswith("/api/warmup")

    page.type("#symbol", "ibm")
    page.wait_for_selector("#symbol-list [role=option]")
    with page.expect_request(is_warm_up) as sent:
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
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
    [("", "45", "symbol"), ("1A", "45", "symbol"), ("AAPL", "0", "days"), ("AAPL", "1.5", "days")],
)
def test_bad_input_is_told_beside_its_field_and_focused(page, symbol, days, field):
    page.fill("#symbol", symbol)
    page.fill("#days", days)
    page.click("#submit")
    assert page.inner_text(f"#{field}-error")
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


def test_the_api_is_described(visit):
    page = visit("/docs")
    page.wait_for_selector("text=POST /api/forecasts")
    bodies = page.locator("p >> text=Body:").all_inner_texts()
    assert {body.split()[1] for body in bodies} == {
        "Submission,",
        "AnalysisSubmission,",
        "BatchSubmission,",
        "JSON",
    }
