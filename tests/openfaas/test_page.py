"""The page behind the gateway, where it is not at the root."""

import pytest

from tests.e2e.conftest import browsing, new_context
from tests.e2e.page.reading import answered

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    with browsing() as browser:
        yield browser


@pytest.fixture
def visit(chromium, openfaas):
    context = new_context(chromium, locale="en-US")

    def open_page(path):
        page = context.new_page()
        page.failures = []
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.on("response", lambda one: page.failures.extend([one.url] * (one.status >= 400)))
        page.goto(openfaas.url + path)
        return page

    yield open_page
    context.close()


def test_a_forecast_is_asked_for_and_shown(visit, openfaas):
    page = visit("/?symbol=AAPL&days=45&model=calibrated")
    assert answered(page).startswith("AAPL")
    page.click("nav >> text=Watchlist")
    page.wait_for_selector("text=Your watchlist is empty")
    assert page.url == f"{openfaas.url}/?view=watch-list"
    with page.expect_download() as download:
        page.go_back()
        page.click("text=CSV")
    assert download.value.suggested_filename.endswith(".csv")
    assert page.failures == []


def test_the_api_describes_itself(visit):
    page = visit("/docs")
    page.get_by_text("/api/forecasts").first.wait_for()
    assert page.failures == []


def test_the_address_without_its_last_slash_leads_to_the_page(visit, openfaas):
    page = visit("?symbol=AAPL&days=45&model=calibrated")
    assert answered(page).startswith("AAPL")
    assert page.url.startswith(f"{openfaas.url}/?symbol=AAPL")
