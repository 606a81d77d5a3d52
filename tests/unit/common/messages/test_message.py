import pytest

from functions.common.messages.message import loads


@pytest.mark.parametrize("text", ['{"a": [1, 2.5, null, true, "é😀"]}', b'"x"', "-0.0", "1e-999"])
def test_valid_json_is_read(text):
    loads(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "truncated"),
        ("NaN", "malformed"),
        ('{"a": -Infinity}', "malformed"),
        ("[1e999]", "out of range"),
        ('{"a": "\\ud800 and more"}', "surrogate"),
        ('{"\\udfff": 1}', "surrogate"),
        ("[" * 40 + "]" * 40, "levels deep"),
        ("[" * 100_000, "levels deep"),
        ('{"a":' * 100_000, "levels deep"),
        ("1" * 10_000, "out of range"),
        (b"\xff", "malformed"),
    ],
)
def test_json_that_later_stages_cannot_carry_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        loads(text)


def test_a_pair_of_surrogates_is_one_character():
    assert loads('"\\ud83d\\ude00"') == "\U0001f600"
