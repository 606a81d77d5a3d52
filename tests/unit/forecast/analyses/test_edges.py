"""Rules that every kind of analysis follows, for any prices and parameters."""

import dataclasses
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread

from functions.common.errors import InvalidFieldError, InvalidMessageError, RequestError
from functions.common.messages import analyses as parameters_of
from functions.common.messages.message import value
from functions.forecast.charts import analysis_chart
from tests.unit.forecast.analyses.asking import analysed
from tests.unit.forecast.price_series import of_closes, sample, walk

KINDS = parameters_of.KINDS
RANGED = [kind for kind in KINDS if "start" in parameters_of.parameter_names(kind)]
UNITS = {"price", "money", "percent", "shares", "index", "correlation"}


def check(shown):
    """Check that charts and tables can show the document without knowing its kind."""
    assert shown["message"]
    assert all(isinstance(note, str) and note for note in shown["notes"])
    columns = shown["table"]["columns"]
    assert all(len(row) == len(columns) for row in shown["table"]["rows"])
    for panel in shown["panels"]:
        assert panel["unit"] in UNITS
        assert panel["x"] == sorted(set(panel["x"]))
        parts = [line["values"] for line in panel["lines"]]
        parts += [band[side] for band in panel["bands"] for side in ("low", "high")]
        assert all(len(values) == len(panel["x"]) for values in parts)
        for band in panel["bands"]:
            for low, high in zip(band["low"], band["high"], strict=True):
                assert (low is None) is (high is None)
                assert low is None or low <= high


@st.composite
def histories(draw):
    rows = draw(st.integers(1, 900))
    deviation = draw(st.sampled_from([0.0, 1e-5, 0.01, 0.1]))
    closes = walk(
        rows, deviation, draw(st.sampled_from([1e-3, 5.0, 1e5])), draw(st.integers(0, 99))
    )
    for at in draw(st.lists(st.integers(0, rows - 1), max_size=2)):
        closes[at:] *= draw(st.sampled_from([0.02, 0.5, 50.0]))
    series = of_closes(np.clip(closes, 1e-5, 1e9), "2005-01-01")
    gap = np.where(np.arange(rows) > rows // 2, draw(st.integers(0, 1000)), 0)
    return dataclasses.replace(series, dates=series.dates + gap.astype("timedelta64[D]"))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(series=histories(), data=st.data())
def test_any_history_gets_an_answer_or_a_reason(kind, series, data):
    asked = {}
    if kind in RANGED:
        days = st.dates(series.dates[0].item(), series.dates[-1].item()).map(str)
        first, last = sorted([data.draw(days), data.draw(days)])
        asked = {"start": first, "end": last} if first < last else {}
    try:
        shown = analysed(kind, series, **asked)
    except RequestError as error:
        reason = error.detail
    else:
        check(shown)
        return
    assert "X" in reason


@pytest.mark.parametrize("kind", KINDS)
def test_the_defaults_are_stockers(kind):
    read, errors = parameters_of.parameters(kind, {})
    assert errors == []
    defaults = {
        "changepoint_prior": 0.05,
        "training_years": 3,
        "priors": [0.001, 0.05, 0.1, 0.2],
        "days": 180 if kind == "prior_analysis" else 30,
        "columns": ["adj_close"],
        "plot_type": "basic",
        "nshares": 1,
    }
    assert read == {name: defaults[name] for name in read}
    check(analysed(kind, sample("AAPL")))


GOOD = {
    "start": "2010-01-04",
    "end": "2012-06-01",
    "columns": ["close"],
    "plot_type": "pct",
    "nshares": 2,
    "days": 10,
    "changepoint_prior": 0.5,
    "training_years": 2,
    "priors": [1],
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_read_is_read_again_unchanged(kind):
    asked = {
        name: value for name, value in GOOD.items() if name in parameters_of.parameter_names(kind)
    }
    read = parameters_of.validated(kind, asked)
    assert set(read) == set(asked)
    assert parameters_of.validated(kind, read) == read
    check(analysed(kind, sample("AAPL"), **asked))


BAD = {
    "start": ["yesterday", 5, "2012-13-01", ["2012-01-01"]],
    "end": ["", {}, "2012-02-30"],
    "columns": [[], "close", ["open"], ["close", "close"], [["close"]], [None], 7],
    "plot_type": ["log", None, ["basic"]],
    "nshares": [0, -1, "ten", True, float("nan"), float("inf"), 1e12, [1]],
    "days": [0, 3651, 1.5, "30", True],
    "changepoint_prior": [0, -0.1, "big", float("nan"), 101, True],
    "training_years": [0, 11, 2.5, "3", True],
    "priors": [[], [0], ["a"], 0.05, [1, 2, 3, 4, 5, 6, 7], [None], [float("nan")]],
    "interest_csv": ["", 5, ["Week,apple"], "Week,apple\n2012-01-01,5", "x" * 60_001],
}


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (kind, field, value)
        for kind in KINDS
        for field in parameters_of.parameter_names(kind)
        for value in BAD[field]
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_parameter_is_named_with_its_value(kind, field, value):
    read, errors = parameters_of.parameters(kind, {field: value})
    assert {error.field.partition("[")[0] for error in errors} == {field}
    assert field not in read
    assert len(errors[0].message) < 400
    with pytest.raises(InvalidMessageError):
        parameters_of.validated(kind, {field: value})


def test_all_that_is_wrong_is_told_at_once_and_what_a_kind_takes():
    _, errors = parameters_of.parameters("buy_and_hold", {"nshares": 0, "days": 3, "start": "x"})
    assert [error.field for error in errors] == ["start", "nshares", "days"]
    assert (
        errors[2].message == "is not a field of buy_and_hold. Its fields are start, end, nshares."
    )


@pytest.mark.parametrize("kind", RANGED)
@pytest.mark.parametrize("end", ["2012-01-03", "2011-01-03"])
def test_a_range_that_does_not_ascend_is_refused_by_name(kind, end):
    _, errors = parameters_of.parameters(kind, {"start": "2012-01-03", "end": end})
    assert [(error.field, error.message) for error in errors] == [
        ("start", f"must be before end ({end}), not 2012-01-03.")
    ]


@pytest.mark.parametrize("kind", ["forecast", "", None, 5, ["history"]])
def test_a_kind_that_is_none_is_refused_with_those_there_are(kind):
    with pytest.raises(InvalidFieldError) as caught:
        value("kind", kind, parameters_of.Kind)
    assert caught.value.field == "kind"
    assert "history, buy_and_hold" in caught.value.message


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_a_thousand_pixels_wide(kind):
    asked = {"evaluate": {"nshares": 5}, "prior_analysis": {"priors": [0.01, 0.1, 1, 2, 5, 10]}}
    shown = analysed(kind, sample("AAPL"), **asked.get(kind, {}))
    png = analysis_chart.draw({"symbol": "AAPL", "kind": kind, **shown})
    height, width, _ = imread(io.BytesIO(png)).shape
    assert width == 1000
    assert height > 300 * len(shown["panels"])
    bare = {
        **shown,
        "panels": [{**panel, "lines": [], "bands": [], "marks": []} for panel in shown["panels"]],
    }
    assert png != analysis_chart.draw({"symbol": "AAPL", "kind": kind, **bare})


def test_what_a_person_uploaded_is_drawn_as_it_is():
    days = np.datetime64("2011-01-02") + 7 * np.arange(60)
    text = "Week,$\\frac{a}$ <b> $\n" + "\n".join(f"{day},5" for day in days)
    shown = analysed("changepoints", sample("AAPL"), interest_csv=text)
    assert shown["panels"][1]["title"] == "Searches for $\\frac{a}$ <b> $"
    assert analysis_chart.draw({"symbol": "AAPL", "kind": "changepoints", **shown})
