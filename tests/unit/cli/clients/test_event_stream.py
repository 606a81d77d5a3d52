"""Server-sent events as in the standard."""

from cli.clients.event_stream import Event, events


def test_events_are_read_and_all_else_is_passed_over():
    lines = ["retry: 1000", "", "event: status", 'data: {"a":1}', "id: 7", "", ": still here", ""]
    assert list(events(lines)) == [Event("status", '{"a":1}')]


def test_data_over_several_lines_is_joined_and_one_space_is_left_out():
    assert list(events(["data: one", "data:two", "data:  three", "", "data", ""])) == [
        Event("message", "one\ntwo\n three"),
        Event("message", ""),
    ]


def test_an_event_that_was_cut_short_is_none():
    assert list(events(["event: status", 'data: {"a'])) == []


def test_a_name_holds_for_one_event():
    assert [one.name for one in events(["event: a", "data: 1", "", "data: 2", ""])] == [
        "a",
        "message",
    ]
