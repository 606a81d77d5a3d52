"""Opens the page in a browser and fails on console errors and on requests to other hosts."""

from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import new_context
from tests.e2e.page.reading import LINK, answered

WIDE = {"viewport": {"width": 1180, "height": 1000}, "locale": "en-US"}


def complaint_of(said):
    """Whether this is a console error, other than the browser's line about an HTTP status."""
    is_own = said.text.startswith("Failed to load resource")
    return [said.text] if said.type == "error" and not is_own else []


@pytest.fixture(scope="package")
def usual(chromium, stockcast):
    """The context of visits without options. It keeps the page's files. `forget` the rest."""
    context = new_context(chromium, **WIDE)
    session = context.new_cdp_session(context.new_page())
    kept = {"origin": stockcast.url, "storageTypes": "local_storage"}
    context.forget = lambda: session.send("Storage.clearDataForOrigin", kept)
    yield context
    context.close()


@pytest.fixture
def visit(chromium, usual, stockcast):
    """Opens a path in a browser that knows nothing yet: `visit("/?symbol=AAPL", locale="de-DE")`.

    At the end, fails if the console has errors or the page sent requests to other hosts.
    """
    pages = []

    def open_page(path="/", **options):
        context = new_context(chromium, **{**WIDE, **options}) if options else usual
        page = context.new_page()
        page.complaints, page.asked = [], []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.extend(complaint_of(said)))
        page.on("request", lambda request: page.asked.append(request.url))
        pages.append(page)
        page.goto(stockcast.url + path)
        return page

    yield open_page
    for page in pages:
        page.close() if page.context is usual else page.context.close()
    usual.forget()
    for page in pages:
        assert page.complaints == []
        hosts = {urlsplit(url).netloc for url in page.asked if not url.startswith("data:")}
        assert hosts == {urlsplit(stockcast.url).netloc}


@pytest.fixture
def page(visit):
    return visit()


@pytest.fixture
def answer(visit):
    page = visit(LINK)
    answered(page)
    return page
