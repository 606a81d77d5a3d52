"""The capacity model fits the measurements, and the page shows its figures."""

import re

import pytest

from bench.report import capacity
from bench.speed import systems
from local.stack import ROOT

MEASURED = capacity.measured()
COSTS = capacity.costs(MEASURED["details"])
OURS = MEASURED["details"]["systems"]["Stockcast"]


def test_the_model_says_what_the_cores_carried():
    each = {**COSTS.cpu_ms, "client": OURS["client_cpu_ms"]}  # it shares the cores
    said = capacity.forecasts_a_second(MEASURED["machine"]["cores"], each)
    assert OURS["per_second"] == pytest.approx(said, rel=0.15)


def test_needs_grow_with_users():
    few, many = (capacity.needs(users, COSTS) for users in (100_000, 200_000))
    assert many.forecasts_a_second == pytest.approx(2 * few.forecasts_a_second)
    assert many.redis_gb == pytest.approx(2 * few.redis_gb)
    assert few.cores["forecast"] <= many.cores["forecast"] <= 2 * few.cores["forecast"]


def test_a_processor_is_never_planned_to_be_busier_than_it_may_be():
    of = capacity.needs(10_000_000, COSTS)
    spent_s = of.forecasts_a_second * COSTS.cpu_ms["forecast"] / 1000
    assert spent_s <= of.cores["forecast"] * capacity.BUSY
    assert spent_s > (of.cores["forecast"] - 1) * capacity.BUSY


def test_the_page_shows_the_model():
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    shown = re.search(r"<!-- capacity -->\n(.*?)\n<!-- /capacity -->", page, re.DOTALL)[1]
    assert shown == capacity.table(COSTS)


def test_the_readme_shows_the_speed_of_the_same_run():
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"<!-- speed -->\n(.*?)\n<!-- /speed -->", readme, re.DOTALL)[1]
    assert shown == systems.lines(MEASURED["details"]["systems"])
