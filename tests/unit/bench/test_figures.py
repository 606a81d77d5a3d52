"""The benchmarks still run what they claim to time."""

import pytest

from bench.report import figures
from bench.report.figures import PAGE, Figure
from bench.speed import stages
from functions.ingest.providers.sample import SampleProvider


def test_every_stage_runs():
    body = SampleProvider().fetch(stages.SYMBOL).history.to_csv()
    for work in stages.stages(body).values():
        work()


def test_a_table_says_which_budgets_are_met():
    table = figures.markdown(
        [Figure("one", "1 ms", "at most 2", True), Figure("two", "3", "1", False)]
    )
    assert table.splitlines()[2:] == [
        "| one | 1 ms | at most 2 | yes |",
        "| two | 3 | 1 | **no** |",
    ]


def test_a_table_goes_between_its_marks_and_leaves_the_rest():
    text = "before\n<!-- bench -->\nold\n<!-- /bench -->\nafter"
    shown = figures.between_marks(text, "bench", "new")
    assert shown == "before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter"
    with pytest.raises(ValueError, match="load"):
        figures.between_marks(text, "load", "new")


@pytest.mark.parametrize(
    "name",
    ["bench machine", "systems", "parts", "growth machine", "growth", "load machine", "load"],
)
def test_the_page_has_a_place_for_each_table(name):
    text = PAGE.read_text(encoding="utf-8")
    assert "new table" in figures.between_marks(text, name, "new table")


def test_the_machine_is_told_without_its_name():
    assert set(figures.machine()) == {"cpu", "cores", "memory_gb", "system", "python"}
