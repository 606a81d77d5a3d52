"""Every kind of chart: texts do not overlap, none is outside, and the colors are the page's."""

import itertools
import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from functions.common.messages import analyses as parameters_of
from functions.common.messages.charts import VARIANTS, Variant
from functions.common.money import Money
from functions.forecast import analyses, models, result
from functions.forecast.charts import analysis_chart, figure, forecast_chart
from functions.forecast.charts.dates import label_dates
from functions.forecast.charts.look import THEMES
from functions.forecast.handlers.chart import drawn
from tests.unit.forecast.ingested import ingested
from tests.unit.forecast.price_series import of_closes as series_of
from tests.unit.forecast.price_series import sample, walk

COLORS = (Path(__file__).parents[4] / "static/page/colors.css").read_text(encoding="utf-8")
TODAY = date(2013, 3, 4)
LONG_NAME = "The Very Long Name of a Company That Was Merged Often and Kept All Names, Incorporated"
NOTES = [f"Note {n}, as long as notes about doubtful data are now and then." for n in (1, 2, 3)]


def forecast(series, days=45, model="calibrated"):
    event, stored = ingested(series, days=days, model=model)
    return json.loads(result.answer(event, stored, series, models.named(model), TODAY))


def analysis(kind):
    series = sample("AAPL")
    options = parameters_of.validated(kind, {})
    event, stored = ingested(series, kind=kind, options=options)
    return analyses.answer(event, stored, series, TODAY)


def with_much_text(document):
    """The result of a company with a long name, notes, and stale prices."""
    data = {**document["data"], "name": LONG_NAME, "notes": NOTES, "stale": True}
    return {**document, "data": data, "message": f"{document['message']} {document['message']}"}


def far_apart(symbol="X"):
    """Prices like $1,234,567.89, whose labels are wide."""
    return series_of(walk(800, start=1_234_567.0))


def of_pennies():
    return series_of(walk(400, deviation=0.08, start=0.0012))


RESULTS = {
    "calibrated": lambda: forecast(sample("AAPL")),
    "one day": lambda: forecast(sample("AAPL"), days=1),
    "ten years": lambda: forecast(sample("AAPL"), days=3650),
    "prophet": lambda: forecast(sample("IBM"), days=365, model="prophet"),
    "much text": lambda: with_much_text(forecast(sample("AAPL"))),
    "millions": lambda: forecast(far_apart()),
    "pennies": lambda: forecast(of_pennies(), days=200),
    "flat": lambda: forecast(series_of(np.full(300, 50.0))),
    **{kind: lambda kind=kind: analysis(kind) for kind in parameters_of.KINDS},
    "analysis with much text": lambda: with_much_text(analysis("prior_analysis")),
}


def composed(document, variant):
    kind = analysis_chart if "panels" in document else forecast_chart
    return kind.composed(document, variant).figure


def texts(made):
    """Every drawn text, from top to bottom, with its box in pixels."""
    seen = []

    def draw(text, renderer, *args, **kwargs):
        if text.get_visible() and text.get_text().strip():
            seen.append((text.get_text(), text.get_window_extent(renderer)))
        return really_draw(text, renderer, *args, **kwargs)

    really_draw = Text.draw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", draw)
        FigureCanvasAgg(made).draw()
    return sorted(seen, key=lambda one: -one[1].y1)


@pytest.fixture(scope="module", params=RESULTS)
def document(request):
    return RESULTS[request.param]()


def test_no_two_texts_overlap_and_none_is_cut_off(document):
    made = composed(document, Variant())
    boxes = texts(made)
    width, height = made.get_size_inches() * made.dpi
    assert len(boxes) > 8
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (one, box), (other, at) in itertools.combinations(boxes, 2):
        apart = box.x1 <= at.x0 or at.x1 <= box.x0 or box.y1 <= at.y0 or at.y1 <= box.y0
        assert apart, (one, other)


def test_a_chart_says_what_it_shows_where_from_and_that_it_is_no_advice(document):
    written = " ".join(text for text, _ in texts(composed(document, Variant())))
    assert document["symbol"] in written
    assert document["message"].split(".")[0][:40] in written
    assert "Sample data, ending" in written
    assert "Not investment advice" in written


def test_prices_of_a_provider_are_named_with_their_date():
    document = forecast(sample("AAPL"))
    document["data"] |= {"provider": "tiingo", "name": "Apple Inc."}
    written = " ".join(text for text, _ in texts(composed(document, Variant())))
    assert "Source: Tiingo" in written
    assert "until March 1, 2013" in written
    assert "Apple Inc. (AAPL)" in written
    assert "ample prices" not in written


def test_the_ribbon_is_labelled_where_it_ends():
    document = forecast(sample("AAPL"))
    written = [text for text, _ in texts(composed(document, Variant()))]
    for percent, (low, high) in document["intervals"].items():
        assert f"{Money()(low)}  {percent}%" in written
        assert f"{Money()(high)}  {percent}%" in written


def test_the_record_leads_where_the_model_broke_its_promise():
    document = forecast(sample("AAPL"))
    document["message"] = "Prophet's ranges have been far too narrow for AAPL. And the rest."
    title, finding, *_ = [text for text, _ in texts(composed(document, Variant()))]
    assert "AAPL" in title
    assert finding.startswith("Prophet's ranges have been far too narrow")


def test_the_range_that_the_record_asks_for_is_told():
    document = forecast(sample("AAPL"))
    document["backtest"]["widened80"] = [100.0, 900.5]
    written = " ".join(text for text, _ in texts(composed(document, Variant())))
    assert "the 80% range is $100.00 to $900.50." in written


def test_the_calibrated_model_draws_no_line_a_day_behind_the_price():
    axes = composed(forecast(sample("AAPL")), Variant()).axes[0]
    long_lines = [line for line in axes.get_lines() if len(line.get_xdata()) > 100]
    assert len(long_lines) == 1


@pytest.mark.parametrize("theme", THEMES)
def test_the_colors_are_those_of_the_page(theme):
    block = COLORS.split('[data-theme="dark"]' if theme == "dark" else ":root")[1].split("}")[0]
    page = dict(re.findall(r"--([\w-]+): ([^;]+);", block))
    look = THEMES[theme]
    for name in ("ink", "faint", "line", "grid", "accent"):
        assert getattr(look, name) == page[name]
    assert look.paper in {page["card"], page["card"] + "fff"}
    assert list(look.series) == [page[f"series-{n}"] for n in range(1, 7)]
    for percent, opacity in look.ribbon.items():
        assert page[f"ribbon-{percent}"].endswith(f"/ {opacity:g})".replace("0.", "."))


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_is_a_picture_of_its_kind_and_size(variant):
    picture = drawn(forecast(sample("AAPL")), variant)
    if variant.format == "svg":
        assert picture.startswith(b"<?xml")
        assert b"<svg" in picture
        assert THEMES[variant.theme].accent.encode() in picture
    else:
        assert picture.startswith(b"\x89PNG")
        size = [int.from_bytes(picture[at : at + 4], "big") for at in (16, 20)]
        assert size == [1000 * variant.scale, 560 * variant.scale]


@pytest.mark.parametrize("days", [1, 3, 20, 100, 300, 700, 2000, 9000, 30_000])
def test_a_date_axis_says_the_year_and_has_room_for_its_labels(days):
    made = figure.frame(Variant(), "title", [], [], plot_height=300)
    axes = made.axes(60, 100, 900, 300)
    last = np.datetime64("2013-03-01")
    label_dates(made, axes, last - np.timedelta64(days, "D"), last)
    labels = [text.get_text() for text in axes.get_xticklabels()]
    assert len(labels) <= 9
    assert days < 3 or re.search("[12][0-9]{3}", labels[0])


def test_labels_are_spread_as_little_as_needed():
    assert figure.spread([10, 11, 50], 10, 0, 100) == [5.5, 15.5, 50]
    assert figure.spread([98, 99], 10, 0, 100) == [90, 100]
    assert figure.spread([], 10, 0, 100) == []
