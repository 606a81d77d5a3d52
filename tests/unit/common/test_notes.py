"""Notes about prices survive in the S3 header that holds them."""

import pytest

from functions.common.prices import notes


def test_more_notes_than_a_header_holds_are_cut_and_counted():
    told = [f"Note {number}: {'long' * 50}." for number in range(20)]
    header = notes.to_header(told)
    kept = notes.from_header(header)
    assert len(header) <= notes.MOST_BYTES
    assert header.isascii()
    assert list(kept[:-1]) == told[: len(kept) - 1]
    assert kept[-1] == f"{21 - len(kept)} more notes are left out here."


def test_no_notes_are_no_header():
    assert notes.to_header(()) == ""
    assert notes.from_header("") == ()


@pytest.mark.parametrize("header", ["?", "%", "[", "{}", "7", "null", "[" * 100_000])
def test_a_header_that_is_no_list_of_notes_holds_none(header):
    assert notes.from_header(header) == ()


def test_a_note_is_told_once():
    assert notes.merged(["One.", "Two."], ["Two.", "Three."]) == ("One.", "Two.", "Three.")
