"""A result is put together again to the byte, however it was written."""

import json

import pytest

from functions.common.cloudevents.event import json_bytes
from functions.common.requests import history

PAST = {"dates": ["2013-03-01"], "close": [430.47], "fitted": [None]}


@pytest.mark.parametrize("first", [{}, {"message": 'says ,"history":{} itself'}])
def test_a_result_is_split_into_json_and_joined_again(first):
    result = json_bytes({**first, "days": 45, "history": PAST})
    rest, past = history.split(result)
    assert json.loads(rest) == {**first, "days": 45, "history": None}
    assert json.loads(past) == PAST
    assert history.joined(rest, history.unpacked(history.packed(past))) == result


def test_a_result_without_a_history_is_kept_whole():
    assert history.split(b'{"panels":[]}') == (b'{"panels":[]}', b"")
