"""Notes about prices survive being stored in an S3 header."""

import pytest

from functions.common.prices import notes


def test_more_notes_than_a_header_holds_are_cut_and_counted():
    told = [f"Note {number}: {'long' * 50}." for number in range(20)]
    header = notes.to_header(told)
    kept = notes.from_header(header)
    assert len(header) <= notes.MOST_BYTES
    assert header.isascii()
    assert list(kept[:-1]) == told[: len(kept) - 1]
    assert kept[-1] == f"{21 - len(kept)} more notes are left out."


def test_without_notes_the_header_is_empty():
    assert notes.to_header(()) == ""
    assert notes.from_header("") == ()


@pytest.mark.parametrize("header", ["?", "%", "[", "{}", "7", "null", "[" * 100_000])
def test_an_invalid_header_has_no_notes(header):
    assert notes.from_header(header) == ()


def test_a_note_appears_once():
    assert notes.merged(["One.", "Two."], ["Two.", "Three."]) == ("One.", "Two.", "Three.")
