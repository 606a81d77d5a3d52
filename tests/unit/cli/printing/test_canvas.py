"""Drawing in the cells of a terminal."""

from cli.printing.canvas import ASCII, FINE, Canvas, glyphs_for


def text(canvas):
    return ["".join(text for text, _ in row) for row in canvas.rows()]


def test_a_line_sets_the_dots_on_its_way():
    canvas = Canvas(2, 1, FINE)
    canvas.line([(0, 3), (3, 0)], "")
    assert text(canvas) == ["⡠⠊"]


def test_a_steep_line_has_no_gap():
    canvas = Canvas(2, 3, FINE)
    canvas.line([(0, 11), (1, 0), (3, 0)], "")
    assert all(row[0] != " " for row in text(canvas))


def test_one_point_is_seen():
    canvas = Canvas(1, 1, FINE)
    canvas.line([(0, 0)], "")
    assert text(canvas) == ["⠁"]


def test_a_line_lies_over_a_band_and_a_mark_over_both():
    canvas = Canvas(3, 1, FINE)
    for column in range(3):
        canvas.band(column, 0, 3, 0, "blue")
    canvas.line([(2, 0), (5, 0)], "bold")
    canvas.mark(4, 0, "1", "bold")
    assert text(canvas) == ["░⠉1"]
    assert canvas.rows()[0] == [("░", "blue"), ("⠉1", "bold")]


def test_a_band_narrower_than_a_cell_is_seen():
    canvas = Canvas(1, 3, FINE)
    canvas.band(0, 5.0, 5.2, 2, "")
    assert text(canvas) == [" ", "▓", " "]


def test_without_braille_there_is_ascii():
    assert glyphs_for("utf-8") is FINE
    for encoding in ("ascii", "latin-1", "no-such-encoding"):
        assert glyphs_for(encoding) is ASCII
    canvas = Canvas(2, 1, ASCII)
    canvas.band(0, 0, 3, 1, "")
    canvas.line([(2, 0), (3, 3)], "")
    assert text(canvas) == [":*"]
