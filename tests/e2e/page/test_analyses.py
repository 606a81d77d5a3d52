"""The analyses in their tabs."""

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest
from PIL import Image

from tests.e2e.page.reading import downloaded, drawn_colors, linked, violations

pytestmark = pytest.mark.browser

PANELS = {
    "history": ["Price"],
    "buy_and_hold": ["Profit", "Drawdown"],
    "components": ["Trend", "Yearly part", "Monthly part"],
    "predict_future": ["Prophet's estimate"],
    "evaluate": ["Predicted against actual"],
    "changepoints": ["Turns of the trend"],
    "prior_analysis": ["Fits by changepoint prior"],
    "prior_validation": ["Mean absolute error by prior", "Mean width of the 80% interval by prior"],
}


def analysed(page):
    page.wait_for_selector("#analysis-message")
    return page.inner_text("#analysis-message")


def document(page):
    """The request that the page shows, from the API."""
    return linked(page, "#analysis-outcome >> text=JSON")


def shown(visit, kind):
    """The page with an analysis of AAPL."""
    page = visit(f"/?view=analyses&symbol=AAPL&kind={kind}")
    analysed(page)
    return page


@pytest.mark.parametrize("kind", PANELS)
def test_each_is_drawn_from_its_defaults_and_bars_nobody(visit, kind):
    page = visit(f"/?view=analyses&symbol=AAPL&kind={kind}")
    assert "AAPL" in analysed(page) or kind in {"evaluate", "prior_validation"}
    assert page.get_attribute(f"#tab-{kind}", "aria-selected") == "true"
    result = document(page)["result"]
    assert page.locator("#analysis-outcome figure h3").all_inner_texts() == PANELS[kind]
    for at, panel in enumerate(result["panels"]):
        assert drawn_colors(page, f"figure:nth-of-type({at + 1}) .plot") > 10
        legend = page.locator(".legend").nth(at).inner_text()
        assert all(line["name"] in legend for line in panel["lines"])
    said = page.inner_text("#analysis-outcome .source")
    assert re.fullmatch(
        r"Based on 3,270 daily prices up to Mar 1, 2013 \(\d+ years ago\),"
        r" from the bundled sample\.",
        said,
    )
    figures = result["figures"]
    dated = [name for name in figures if f"{name}_date" in figures]
    assert page.locator("#analysis-outcome .figures div").count() == len(figures) - len(dated)
    assert page.locator("#analysis-outcome .figures small").count() == len(dated)
    assert violations(page) == []
    rows = result["table"]["rows"]
    folded = page.locator("#analysis-outcome details")
    if folded.get_attribute("open") is None:
        folded.locator("summary").click()
    folded.locator("tbody tr").first.wait_for()
    assert folded.locator("tbody tr").count() == len(rows)


def test_tabs_are_used_by_keys(visit):
    page = shown(visit, "history")
    assert page.locator("[role=tab][tabindex='0']").count() == 1
    page.focus("#tab-history")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-buy_and_hold"
    assert page.get_attribute("#tab-history", "aria-selected") == "true"  # before Enter
    page.keyboard.press("Enter")
    page.wait_for_selector("#analysis-outcome >> text=Drawdown")
    assert "kind=buy_and_hold" in page.url
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == "tab-prior_validation"
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.id") == "tab-history"
    panel = page.locator("[role=tabpanel]")
    assert panel.get_attribute("aria-labelledby") == "tab-buy_and_hold"
    page.go_back()
    page.wait_for_selector("#tab-history[aria-selected=true]")


def test_a_ticker_is_chosen_and_parameters_are_given(visit):
    page = visit("/?view=analyses&kind=buy_and_hold")
    page.type("#analysis-symbol", "micro")
    page.wait_for_selector("#analysis-symbol-list [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "MSFT" in analysed(page)
    page.fill("#parameter-start", "2012-01-02")
    page.fill("#parameter-end", "2012-12-31")
    page.fill("#parameter-nshares", "250")
    page.click("text=Analyze >> nth=-1")
    page.wait_for_selector("#analysis-message >> text=250 shares")
    result = document(page)["result"]
    # The page moves a holiday to a trading day and says so, with the reader's date format.
    assert result["figures"]["start"] == "2012-01-03"
    assert "Jan\u00a03,\u00a02012" in page.inner_text("#analysis-outcome .notes")
    assert f"${result['figures']['invested']:,.2f}" in page.inner_text(".figures")


def test_another_ticker_is_analysed_with_what_the_form_says(visit):
    page = shown(visit, "buy_and_hold")
    page.fill("#parameter-nshares", "9")
    page.fill("#analysis-symbol", "ibm")
    page.keyboard.press("Enter")
    page.wait_for_selector("#analysis-message >> text=9 shares of IBM")
    assert page.input_value("#parameter-nshares") == "9"


def test_an_address_restores_the_parameters(visit):
    link = "/?view=analyses&symbol=IBM&kind=buy_and_hold&start=2010-01-04&nshares=7"
    page = visit(link)
    assert "7 shares of IBM" in analysed(page)
    assert page.input_value("#parameter-start") == "2010-01-04"
    assert page.input_value("#parameter-nshares") == "7"


def test_the_trading_game_is_played_where_shares_are_given(visit):
    page = shown(visit, "evaluate&nshares=10")
    assert page.locator("#analysis-outcome figure h3").all_inner_texts()[1:] == ["The trading game"]


def test_columns_are_chosen(visit):
    page = shown(visit, "history&columns=adj_close")
    page.check("[name=columns][value=volume]")
    page.click("text=Analyze >> nth=-1")
    page.wait_for_selector("#analysis-outcome h3 >> text=Volume")
    page.uncheck("[name=columns][value=volume]")
    page.uncheck("[name=columns][value=adj_close]")
    page.click("text=Analyze >> nth=-1")
    page.wait_for_selector("#parameter-columns-error:not(:empty)")
    assert page.inner_text("#parameter-columns-error") == "Choose at least one."


def test_values_are_written_in_their_unit(visit):
    page = shown(visit, "history&plot_type=pct&columns=close,volume")
    assert "132,529,300" in page.inner_text(".figures")  # the most shares in one day, in full
    page.click("#analysis-outcome summary")
    page.locator("#analysis-outcome tbody tr").first.wait_for()
    close, volume = document(page)["result"]["table"]["rows"][0][1:]
    cells = page.locator("#analysis-outcome tbody tr").first.locator("td").all_inner_texts()
    assert cells == [f"{close:.1f}%", f"{volume:.1f}%"]


def interest_csv():
    """A CSV as Google Trends exports it: weekly, over two years."""
    first = date(2011, 1, 2)
    weeks = [f"{first + timedelta(weeks=at)},{20 + at % 40}" for at in range(104)]
    return "\n".join(["Category: All categories", "", "Week,apple: (United States)", *weeks])


def test_search_interest_is_uploaded_and_drawn_over_the_price(visit):
    page = shown(visit, "changepoints")
    file = {"name": "multiTimeline.csv", "mimeType": "text/csv", "buffer": interest_csv().encode()}
    page.set_input_files("#parameter-interest_csv", file)
    page.click("text=Analyze >> nth=-1")
    page.wait_for_selector("#analysis-outcome h3 >> text=Correlation by lag")
    assert "apple" in page.inner_text("#analysis-outcome .figures")
    assert drawn_colors(page, "figure:nth-of-type(3) .plot") > 3
    assert violations(page) == []


def test_bad_parameters_are_named_beside_their_field(visit):
    page = shown(visit, "prior_analysis")
    page.fill("#parameter-priors", "0.1, many")
    page.click("text=Analyze >> nth=-1")
    page.wait_for_selector("#parameter-priors-error:not(:empty)")
    assert "numbers separated by commas" in page.inner_text("#parameter-priors-error")
    assert page.evaluate("document.activeElement.id") == "parameter-priors"
    page.fill("#parameter-priors", "0.1, 1000")
    page.click("text=Analyze >> nth=-1")
    page.wait_for_selector("#analysis-outcome .failure")
    assert "from 0.0001 to 100" in page.inner_text("#parameter-priors-error")
    assert page.input_value("#parameter-priors") == "0.1, 1000"


def test_an_impossible_range_is_refused_by_its_field(visit):
    page = visit("/?view=analyses&symbol=AAPL&kind=buy_and_hold&start=2012-06-01&end=2012-01-03")
    page.wait_for_selector("#analysis-outcome .failure")
    assert "before end" in page.inner_text("#parameter-start-error")


def test_downloads_hold_what_is_shown(visit):
    page = shown(visit, "predict_future")
    result = document(page)["result"]

    where = "#analysis-outcome .keep"
    name, png = downloaded(page, "PNG", where)
    assert name == "AAPL-predict_future.png"
    assert Image.open(io.BytesIO(png)).width >= 800
    _, text = downloaded(page, "JSON", where)
    assert json.loads(text)["result"] == result
    name, text = downloaded(page, "CSV", where)
    assert name.endswith(".csv")
    rows = list(csv.reader(io.StringIO(text.decode())))
    assert len(rows) == 1 + len(result["table"]["rows"])


def test_waiting_can_be_cancelled(visit):
    page = visit("/?view=analyses&kind=evaluate")
    page.route("**/api/analyses", lambda _: None)
    page.fill("#analysis-symbol", "IBM")
    page.keyboard.press("Enter")
    page.click("text=Cancel")
    page.wait_for_selector("#analysis-outcome >> text=Canceled")
    assert page.input_value("#analysis-symbol") == "IBM"


def test_the_ticks_of_a_percent_axis_differ_however_close_they_are(visit):
    written = "import('/static/page/format.js').then((format) => %s.map(format.percentTick))"
    ticks = visit("/docs").evaluate(written % "[0.005, 0.0025, -0.005, -0.01, 0.2]")
    assert ticks == ["0.5%", "0.25%", "-0.5%", "-1%", "20%"]
