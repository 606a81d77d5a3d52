"""Plots in a terminal."""

import pytest

from cli.printing.canvas import ASCII, FINE
from cli.printing.terminal_plot import Line, Plot, Ribbon, draw
from functions.common.money import Money


def text(plot, width=40, height=8, glyphs=FINE):
    return ["".join(text for text, _ in row) for row in draw(plot, width, height, glyphs)]


def days(count):
    return [f"2013-03-{day:02}" for day in range(1, count + 1)]


RISING = Plot(days(20), [Line([float(value) for value in range(20)], "")], label=Money().label)


def test_the_axes_are_labelled_with_round_numbers_and_the_days():
    rows = text(RISING)
    labels = [row.split("┤")[0].strip() for row in rows if "┤" in row]
    assert labels == ["$15", "$10", "$5", "$0"]
    assert rows[-1].split() == ["2013-03-01", "2013-03-10", "2013-03-20"]
    # the line rises from the lower left to the upper right
    assert rows[0][-1] != " "
    assert rows[-2][rows[-2].index("┤") + 1] != " "


@pytest.mark.parametrize("width", [12, 20, 40, 80, 133])
def test_no_row_is_wider_than_asked(width):
    rows = text(RISING, width)
    assert max(map(len, rows)) <= width
    assert len(rows) == 9


def test_a_ribbon_opens_from_the_rule_and_narrower_ones_are_darker():
    gap = [None] * 9
    steps = [float(step) for step in range(11)]
    ribbons = [
        Ribbon(
            [*gap, *(50 - wide * step for step in steps)],
            [*gap, *(50 + wide * step for step in steps)],
            shade,
            "",
        )
        for shade, wide in enumerate((4.0, 2.0, 1.0))
    ]
    plot = Plot(days(20), [Line([50.0] * 10 + [None] * 10, "")], ribbons, rule=9)
    rows = text(plot, 60, 12)
    last_column = "".join(row[59:60] for row in rows[:-1])
    assert last_column == last_column[::-1], "the ribbons lie evenly around the middle"
    shades = [shade for shade in last_column if shade in FINE.shades]
    assert shades[: len(shades) // 2] == sorted(shades[: len(shades) // 2], key=FINE.shades.index)
    assert set(shades) == set(FINE.shades)
    (rule,) = {row.index(FINE.rule) for row in rows if FINE.rule in row}
    assert not any(shade in row[:rule] for row in rows for shade in FINE.shades)
    assert "2013-03-10" in rows[-1]


def test_gaps_are_not_bridged():
    plot = Plot(days(20), [Line([1.0] * 5 + [None] * 10 + [1.0] * 5, "")])
    row = next(row for row in text(plot) if "⠒" in row or "⠉" in row or "⣀" in row)
    assert "          " in row


def test_several_lines_carry_their_marks():
    lines = [Line([value] * 20, "", mark) for mark, value in (("A", 1.0), ("B", 5.0))]
    rows = text(Plot(days(20), lines))
    assert rows[0].count("B") == 3
    assert rows[-2].count("A") == 3


def test_ascii_alone_where_there_is_no_more():
    ribbon = Ribbon([1.0] * 20, [3.0] * 20, 1, "")
    drawn = text(Plot(days(20), [Line([4.0] * 20, "")], [ribbon]), glyphs=ASCII)
    assert all(row.isascii() for row in drawn)
    assert "*" in drawn[0]
    assert ":" in drawn[-2]


@pytest.mark.parametrize("values", [[None, None], [], [7.0], [7.0, 7.0], [1e-7, 1e9]])
def test_what_is_hardly_a_line_is_drawn_all_the_same(values):
    rows = text(Plot(days(len(values)), [Line(values, "")]))
    assert len(rows) == (0 if not any(values) else 9)
