"""Keeping answers: the address, the back button, downloads, what this browser remembers."""

import csv
import io
import json
import re

import pytest
from PIL import Image

from tests.e2e.page import reading
from tests.e2e.page.reading import LINK, answered, answered_about, downloaded

pytestmark = pytest.mark.browser


def ask(page, symbol, days):
    reading.ask(page, symbol, days)
    answered_about(page, symbol)


def test_an_address_restores_form_and_answer(page, visit):
    ask(page, "AAPL", 45)
    assert page.url.endswith(LINK)
    other = visit(page.url.split("/", 3)[3].join(["/", ""]))
    assert answered(other) == answered(page)
    assert (other.input_value("#symbol"), other.input_value("#days")) == ("AAPL", "45")
    # A person who opens a link does not expect the focus to move.
    assert other.evaluate("document.activeElement === document.body")


def test_back_and_forward_show_what_was_there(page):
    ask(page, "AAPL", 45)
    ask(page, "IBM", 30)
    page.go_back()
    assert re.match("AAPL", answered(page))
    assert page.input_value("#days") == "45"
    page.go_back()
    page.wait_for_selector("text=Pick a stock")
    page.go_forward()
    page.go_forward()
    answered_about(page, "IBM")


def test_what_was_kept_too_long_is_asked_for_anew(page):
    sent = []
    page.on("request", lambda one: sent.append(one.method) if one.method == "POST" else None)

    def come_back(view):
        page.click("nav >> text=Compare")
        page.wait_for_timeout(200)  # it loads
        sent.clear()
        page.click(f"nav >> text={view}")
        page.wait_for_timeout(200)  # by now, it has sent its request

    ask(page, "AAPL", 45)
    page.click("nav >> text=Analyses")
    page.wait_for_selector("#analysis-message")
    for view in ("Forecast", "Analyses"):
        come_back(view)
        assert sent == []
    page.evaluate("const now = Date.now; Date.now = () => now() + 16 * 60000;")
    for view in ("Forecast", "Analyses"):
        with page.expect_request(lambda one: one.method == "POST"):
            come_back(view)


def test_a_view_is_found_again_as_it_was_left(page):
    ask(page, "AAPL", 45)
    said = answered(page)
    page.click("nav >> text=Compare")
    page.wait_for_selector("text=Which stock did better?")
    page.click("nav >> text=Forecast")
    assert answered(page) == said
    assert page.url.endswith(LINK)
    page.click("nav >> text=Analyses")  # from the last request
    page.wait_for_selector("#analysis-message >> text=AAPL")
    page.click(".brand")
    page.wait_for_selector("text=Pick a stock")


def test_a_senseless_address_shows_the_form(visit):
    page = visit("/?symbol=<b>&days=-1&view=none")
    page.wait_for_selector("text=Pick a stock")


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("symbol=AAPL&days=4000", "days", "Enter whole days from 1 to 3650."),
        ("symbol=AAPL&days=soon", "days", "Enter whole days from 1 to 3650."),
        (
            "symbol=A$&days=45",
            "symbol",
            "Enter a ticker or a company name, for example AAPL or Apple.",
        ),
        ("symbol=AAPL&model=oracle", "model", "There is no model “oracle”. Choose one of these."),
    ],
)
def test_what_is_wrong_with_an_address_is_told_beside_its_field(visit, query, field, told):
    page = visit(f"/?{query}")
    page.wait_for_selector("text=Pick a stock")
    errors = {name: page.inner_text(f"#{name}-error") for name in ("symbol", "days", "model")}
    assert errors == {**dict.fromkeys(errors, ""), field: told}
    page.fill("#symbol", "AAPL")
    page.fill("#days", "45")
    page.click("#submit")
    answered(page)
    assert page.inner_text(f"#{field}-error") == ""


def test_downloads_open_and_hold_what_is_shown(answer, stockcast):
    name, png = downloaded(answer, "PNG")
    assert name == "AAPL-45-days.png"
    assert Image.open(io.BytesIO(png)).size == (1000, 560)

    name, text = downloaded(answer, "JSON")
    assert name == "AAPL-45-days.json"
    result = json.loads(text)["result"]
    assert result["target_date"] == "2013-04-15"

    name, text = downloaded(answer, "CSV")
    assert name == "AAPL-45-days.csv"
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    ahead = [row for row in rows if row["kind"] == "forecast"]
    assert [row["date"] for row in ahead] == result["forecast"]["dates"]
    assert [float(row["hi80"]) for row in ahead] == result["forecast"]["hi80"]


def test_recent_tickers_are_offered(page):
    for symbol in ("AAPL", "IBM", "AAPL"):
        ask(page, symbol, 45)
    page.reload()
    page.click("#change")
    assert page.locator("#recent button").all_inner_texts() == ["AAPL", "IBM"]
    page.click("#recent >> text=IBM")
    answered_about(page, "IBM")


def test_a_ticker_is_watched_with_one_press_and_for_good(answer):
    answer.click("text=Watch AAPL")
    answer.reload()
    answered(answer)
    assert answer.get_attribute("text=Watch AAPL", "aria-pressed") == "true"
    answer.click("nav >> text=Watchlist")
    answer.wait_for_selector("#watch-table >> text=AAPL")
    answer.go_back()
    answer.click("text=Watch AAPL")
    answer.click("nav >> text=Watchlist")
    answer.wait_for_selector("text=Your watchlist is empty")


def test_the_link_can_be_copied(visit):
    page = visit(LINK, permissions=["clipboard-read", "clipboard-write"])
    answered(page)
    page.click("text=Copy link")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url


def test_without_storage_the_page_works(visit):
    page = visit()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    page.reload()
    ask(page, "AAPL", 45)
    page.click("#theme")
    page.click("text=Watch AAPL")
    page.click("nav >> text=Watchlist")
    page.wait_for_selector("#watch-table >> text=AAPL")


def test_a_shared_link_shows_the_forecasts_chart(answer, stockcast):
    html = stockcast.get(LINK).text
    image = re.search(r'property="og:image" content="([^"]+)"', html)[1]
    assert image.startswith(stockcast.url)
    shown = stockcast.get(image.removeprefix(stockcast.url)).content
    assert Image.open(io.BytesIO(shown)).format == "PNG"
    assert 'property="og:title" content="AAPL, 45 days' in html
    icon = re.search(r'og:image" content="([^"]+)"', stockcast.get("/?symbol=<b>&days=1").text)[1]
    assert icon.endswith("icon-180.png")


def test_the_page_can_be_installed(page, stockcast):
    href = page.get_attribute("link[rel=manifest]", "href")
    manifest = stockcast.get(f"/{href}").json()
    folder = f"/{href}".rpartition("/")[0]
    for icon in manifest["icons"]:
        assert stockcast.get(f"{folder}/{icon['src']}").headers["content-type"] == icon["type"]
