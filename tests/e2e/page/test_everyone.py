"""Accessibility: themes, screen sizes, locales, print, motion, assistive technology."""

import re

import pytest

from tests.e2e.page.reading import LINK, answered, change_events, drawn_colors, violations

pytestmark = pytest.mark.browser

STATES = {
    "empty": ("/", "text=Pick a stock"),
    "failure": ("/?symbol=ZZZZ&days=45", ".failure"),
    "watch-list, empty": ("/?view=watch-list", "text=Your watchlist is empty"),
    "compare, empty": ("/?view=compare", "text=Which stock did better?"),
    "analyses, empty": ("/?view=analyses", "text=Pick a stock"),
    "docs": ("/docs", "text=POST /api/forecasts"),
}


@pytest.mark.parametrize("state", STATES)
def test_nothing_bars_anyone(visit, state):
    path, shown = STATES[state]
    page = visit(path)
    page.wait_for_selector(shown)
    assert violations(page) == []


def test_nothing_bars_anyone_while_it_waits_or_suggests(page):
    page.route("**/api/forecasts", lambda _: None)
    page.type("#symbol", "micro")
    page.wait_for_selector("#symbol-list [role=option]")
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    assert page.is_visible("#symbol-list")
    page.fill("#symbol", "IBM")
    page.click("#submit")
    page.wait_for_selector(".waiting")
    assert violations(page) == []


def test_nothing_bars_anyone_from_open_tables_and_a_filled_watch_list(visit):
    page = visit(LINK)
    answered(page)
    page.click("text=The forecast as a table")
    page.locator("details[open] tbody tr").first.wait_for()
    assert violations(page) == []
    page.click("text=Watch AAPL")
    page.click("nav >> text=Watchlist")
    page.wait_for_selector("#watch-table >> text=$")
    assert violations(page) == []


def theme(page):
    return page.evaluate("document.documentElement.dataset.theme")


def test_the_theme_follows_the_system_until_it_is_chosen(visit):
    page = visit(LINK, color_scheme="dark")
    answered(page)
    assert theme(page) == "dark"
    assert page.inner_text("#theme") == "Use light theme"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 27)"
    dark = page.evaluate("document.querySelector('.plot canvas').toDataURL()")
    page.emulate_media(color_scheme="light")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'light'")
    page.wait_for_function(
        "(dark) => document.querySelector('.plot canvas').toDataURL() !== dark", arg=dark
    )
    page.click("#theme")
    assert theme(page) == "dark"
    assert page.inner_text("#theme") == "Use light theme"
    page.reload()
    assert theme(page) == "dark"  # the choice beats the system's preference


@pytest.mark.parametrize("width", [360, 390, 768, 1920])
def test_nothing_overflows(visit, width):
    page = visit(LINK, viewport={"width": width, "height": 740})
    answered(page)
    for path in ("Forecast", "Watchlist", "Compare", "Analyses"):
        page.click(f"nav >> text={path}")
        page.wait_for_selector(f"nav [aria-current] >> text={path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_finger_finds_every_control(visit):
    """WCAG 2.1, 2.5.5: targets are 44 by 44 pixels, except links inside a sentence."""
    page = visit(LINK, viewport={"width": 360, "height": 740}, has_touch=True)
    answered(page)
    small = page.evaluate("""() => {
      const targets = [...document.querySelectorAll("button, a, input, summary, select")];
      return targets
        .filter((one) => one.offsetParent && !one.closest("p, .unseen") && !one.matches(".skip"))
        .map((one) => one.closest("label") ?? one)
        .filter((one) => Math.min(...Object.values(sizeOf(one))) < 44)
        .map((one) => one.outerHTML.slice(0, 100));
      function sizeOf(one) {
        const { width, height } = one.getBoundingClientRect();
        return { width, height };
      }
    }""")
    assert small == []


def test_numbers_and_dates_are_the_readers(visit):
    page = visit(LINK, locale="de-DE")
    assert re.search(r"AAPL: [\d,]+\s\$ to [\d,]+\s\$ by 15\. April 2013", answered(page))


def test_it_prints_on_one_page_and_in_light(visit):
    page = visit(LINK, color_scheme="dark")
    answered(page)
    page.emulate_media(media="print")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'light'")
    assert page.is_visible("#sentence")
    assert not page.is_visible("#ask")
    assert not page.is_visible("nav")
    assert drawn_colors(page) > 20
    swatch = "getComputedStyle(document.querySelector('.swatch')).printColorAdjust"
    assert page.evaluate(swatch) == "exact"
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_motion_is_reduced_where_it_is_asked_for(visit):
    for preference, animation in {"no-preference": "breathe", "reduce": "none"}.items():
        page = visit("/", reduced_motion=preference)
        page.route("**/api/forecasts", lambda _: None)
        page.fill("#symbol", "IBM")
        page.click("#submit")
        page.wait_for_selector(".stages [aria-current]")
        shown = "getComputedStyle(document.querySelector('.stages [aria-current]')).animationName"
        assert page.evaluate(shown) == animation


def test_nothing_moves_while_it_loads(visit):
    page = visit()
    page.add_init_script("""
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) {
          if (!hadRecentInput) window.shifts.push(value);
        }
      }).observe({ type: "layout-shift", buffered: true });""")
    for path in (LINK, "/"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        page.wait_for_selector("#outcome h2, #outcome .sentence")
        page.wait_for_timeout(200)
        assert page.evaluate("window.shifts") == [], path


def test_the_server_can_put_no_markup_into_the_page(visit):
    page = visit()
    evil = "<img src=x onerror=\\\"document.title='bad'\\\">"
    change_events(page, lambda body: body.replace('"verdict":"', f'"verdict":"{evil}'))
    page.fill("#symbol", "FB")
    page.click("#submit")
    answered(page)
    page.click(".scores summary")
    assert "<img src=x" in page.inner_text(".scores")
    assert page.locator("#outcome img").count() == 0


def test_the_disclaimer_is_there(page):
    assert "Not investment advice." in page.inner_text("footer")


def test_keyboard_shortcuts_are_listed_and_can_be_switched_off(page):
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] >> text=Keyboard shortcuts")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement.id === 'symbol'")
    page.locator("#symbol").blur()
    page.keyboard.press("c")
    page.wait_for_selector("text=Which stock did better?")
    page.click("#shortcuts")
    page.uncheck("dialog input")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_selector("text=Which stock did better?")
    assert "view=compare" in page.url
