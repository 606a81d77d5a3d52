"""Opens the page in a browser and fails on console errors and on requests to other hosts."""

from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import new_context


def complaint_of(said):
    """Whether this is a console error, other than the browser's line about an HTTP status."""
    is_own = said.text.startswith("Failed to load resource")
    return [said.text] if said.type == "error" and not is_own else []


@pytest.fixture
def visit(chromium, stockcast):
    """Opens a path in a new browser context: `visit("/?symbol=AAPL", locale="de-DE")`.

    At the end, fails if the console has errors or the page sent requests to other hosts.
    """
    contexts = []
    pages = []

    def open_page(path="/", **options):
        wide = {"viewport": {"width": 1180, "height": 1000}, "locale": "en-US"}
        context = new_context(chromium, **{**wide, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.asked = [], []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.extend(complaint_of(said)))
        page.on("request", lambda request: page.asked.append(request.url))
        pages.append(page)
        page.goto(stockcast.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    for page in pages:
        assert page.complaints == []
        hosts = {urlsplit(url).netloc for url in page.asked if not url.startswith("data:")}
        assert hosts == {urlsplit(stockcast.url).netloc}


@pytest.fixture
def page(visit):
    return visit()
