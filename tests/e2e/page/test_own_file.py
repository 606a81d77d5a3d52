"""Your own file: choose or drop it on the form, see a preview, forecast it."""

import re
from datetime import date, timedelta
from urllib.parse import unquote

import pytest

from tests.e2e.page.reading import answered, violations
from tests.support.price_files import DAYS, SHAPES, wide

pytestmark = pytest.mark.browser

SATURDAY = 5


def choose(page, body, name="acme.csv"):
    page.wait_for_selector("#own-file input[type=file]", state="attached")
    file = {"name": name, "mimeType": "text/csv", "buffer": body}
    page.set_input_files("#own-file input[type=file]", file)


def read(page):
    """The preview's text, once the server has read the file."""
    return page.wait_for_selector("#own-file [role=status]:has-text('prices from')").inner_text()


def complaint(page):
    page.wait_for_selector("#own-file .error:not(:empty)")
    return page.inner_text("#own-file .error")


@pytest.mark.parametrize("shape", ["investing.com", "utf-16"])
def test_a_file_is_uploaded_and_forecast(page, shape):
    choose(page, SHAPES[shape])
    assert "70 prices from Jan 2, 2013 to Apr 9, 2013" in read(page)
    symbol = page.input_value("#symbol")
    assert re.fullmatch(r"@[A-Z0-9]+-[0-9A-F]{8}", symbol)
    page.click("#submit")
    low, high = re.findall(r"[\d,]+\.\d\d", answered(page))[:2]
    assert float(low.replace(",", "")) < float(high.replace(",", ""))
    assert symbol in unquote(page.url)


def test_the_preview_shows_what_was_recognized_and_is_accessible(page):
    choose(page, SHAPES["nasdaq.com"])
    told = read(page)
    assert "acme" in told
    assert "Recognized: date, open, high, low, close, volume" in told
    assert "The file begins with the newest row. Stockcast sorted the rows by date." in told
    line = page.wait_for_selector("#own-file .sparkline")
    assert "over the whole file" in line.get_attribute("aria-label")
    assert violations(page) == []


def test_a_file_may_be_dropped_on_the_form(page):
    page.wait_for_selector("#own-file input[type=file]", state="attached")
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
          for (const name of ["dragover", "drop"])
            document.getElementById("ask").dispatchEvent(
              new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        SHAPES["stooq"].decode(),
    )
    assert "dropped" in read(page)
    assert page.input_value("#symbol").startswith("@DROPPED-")


def test_another_series_of_a_file_is_chosen(page):
    choose(page, wide(DAYS), "wide.csv")
    read(page)
    first = page.input_value("#symbol")
    page.select_option("#own-file select", "BBB")
    page.wait_for_function(
        "(first) => document.getElementById('symbol').value !== first", arg=first
    )
    assert page.eval_on_selector("#own-file select", "(select) => select.value") == "BBB"


def test_a_file_that_cannot_be_read_is_explained_and_may_be_chosen_again(page):
    choose(page, b"date,close\n2013-03-01,dear\n", "<img src=x onerror=alert(1)>.csv")
    told = complaint(page)
    assert "<img src=x onerror=alert(1)>.csv: Line 2, column 'close': 'dear' is not a nu" in told
    assert page.input_value("#symbol") == ""
    choose(page, SHAPES["stooq"])
    read(page)
    assert page.inner_text("#own-file .error") == ""


def test_a_file_over_5_mb_is_refused_without_being_sent(page):
    choose(page, b"x" * (5 * 1024 * 1024 + 1))
    assert "larger than 5 MB" in complaint(page)
    assert not [url for url in page.asked if url.endswith("/api/prices")]


def test_prices_on_every_weekday_are_not_written_like_exchange_rates(page):
    weekdays = [date(2012, 1, 3) + timedelta(at) for at in range(500)]
    rows = [
        f"{day},{50 + at % 9}.25" for at, day in enumerate(weekdays) if day.weekday() < SATURDAY
    ]
    choose(page, "\n".join(["date,close", *rows]).encode(), "fund.csv")
    assert "Its prices suggest 24/5" in read(page)
    page.click("#submit")
    assert re.search(r": \d\d\.\d\d to \d\d\.\d\d by ", answered(page))


def test_a_server_that_takes_no_files_offers_none(visit):
    def without_uploads(route):
        told = route.fetch().json()
        route.fulfill(json={**told, "uploads": False})

    page = visit("/404")
    page.route("**/api/sources", without_uploads)
    page.goto(page.url.replace("/404", "/"))
    page.wait_for_load_state("networkidle")
    assert page.locator("#own-file input").count() == 0
