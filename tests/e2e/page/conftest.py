"""A page in a browser that complains of nothing and asks nobody else."""

from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import HANG_MS


def complaint_of(said):
    """An error in the console, other than the browser's own line about an answer's status."""
    is_own = said.text.startswith("Failed to load resource")
    return [said.text] if said.type == "error" and not is_own else []


@pytest.fixture
def visit(chromium, stockcast):
    """Opens a path in a browser of its own: `visit("/?symbol=AAPL", locale="de-DE")`.

    At the end nothing may have been complained of in the console, and nothing asked of others.
    """
    contexts = []
    pages = []

    def open_page(path="/", **options):
        context = chromium.new_context(
            **{"viewport": {"width": 1180, "height": 1000}, "locale": "en-US", **options}
        )
        context.set_default_timeout(HANG_MS)
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
