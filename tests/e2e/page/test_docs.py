"""The API guide: its examples run, its search works, its contents link to the sections."""

import shutil
from pathlib import Path

import pytest

from tests.e2e import examples

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).parents[3] / "static/docs/guide.md"


@pytest.fixture
def docs(visit):
    page = visit("/docs")
    page.wait_for_selector("#contents a")
    return page


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("how do I get a forecast as CSV", "get-a-forecast-as-csv"),
        ("upload my own file", "use-your-own-prices"),
        ("many tickers at once", "forecast-many-stocks-at-once"),
        ("retry-after 429", "handle-errors"),
    ],
)
def test_a_question_leads_to_its_answer(docs, question, section):
    docs.fill("#search", question)
    docs.wait_for_selector("#contents a.best")
    docs.press("#search", "Enter")
    docs.wait_for_function("(id) => location.hash === `#${id}`", arg=section)
    assert docs.locator(f"#{section} h2").is_visible()


def test_examples_are_rendered_for_this_server_and_can_be_copied(docs, stockcast):
    first = docs.locator("#forecast-a-stock pre")
    assert stockcast.url in first.inner_text()
    assert "```" not in docs.inner_text("main")
    assert docs.locator("#forecast-a-stock code", has_text="id").count() >= 1
    assert docs.locator("#forecast-a-stock .copy").is_visible()


def test_every_route_is_listed(docs, stockcast):
    paths = stockcast.get("/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, one in paths.items() for method in one}
    assert routes <= set(docs.locator("#contents a").all_inner_texts())


def test_an_address_that_is_no_page_is_met_with_a_page(visit):
    page = visit("/no/such/page")
    assert page.inner_text("h1") == "Page not found"
    page.click("text=Forecast a stock")
    page.wait_for_selector("text=Pick a stock")


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_the_examples_run(own_stockcast, tmp_path):
    printed = examples.run(GUIDE, own_stockcast, tmp_path)
    assert any('"status":"done"' in one for one in printed)
    assert (tmp_path / "forecast.csv").read_text().startswith("date,kind,close")
    assert (tmp_path / "forecast.png").read_bytes().startswith(b"\x89PNG")
