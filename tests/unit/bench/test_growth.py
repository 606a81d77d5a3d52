"""Growth is measured in slopes, which are drawn and shown as a table."""

import pytest

from bench import growth
from bench.growth import sweeps
from bench.growth.curve import Curve, draw

LINEAR = Curve("clients", "ms", [(1, 2.0), (10, 20.0), (1000, 2000.0)], most=0.5)
CONSTANT = Curve("symbols", "ms", [(10, 3.0), (10_000, 3.0)], most=0.1)
PNG = b"\x89PNG"


def test_a_slope_tells_a_cost_that_grows_with_the_work_from_one_that_does_not():
    assert (LINEAR.slope, CONSTANT.slope) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-9))
    assert LINEAR.doubling == pytest.approx(1.0)
    assert (LINEAR.is_met, CONSTANT.is_met) == (False, True)


def test_the_table_names_each_slope():
    first, second = growth.table([LINEAR, CONSTANT]).splitlines()[2:]
    assert "+1.00: twice the work, +100%" in first
    assert first.endswith("**no** |")
    assert second.endswith("yes |")


def test_the_curves_are_drawn(tmp_path):
    draw([LINEAR, CONSTANT], tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(PNG)


def test_a_longer_history_is_a_longer_series():
    curve = sweeps._history((1, 2), 1)
    assert [work for work, _ in curve.points] == [1, 2]
