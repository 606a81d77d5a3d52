import pytest

from functions.common.messages import strict_json


@pytest.mark.parametrize("text", ['{"a": [1, 2.5, null, true, "é😀"]}', b'"x"', "-0.0", "1e-999"])
def test_what_is_json_is_read(text):
    strict_json.loads(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting"),
        ("NaN", "NaN is no JSON number"),
        ('{"a": -Infinity}', "-Infinity"),
        ("[1e999]", "too large"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"\\udfff": 1}', "surrogate"),
        ("[" * 40 + "]" * 40, "levels deep"),
        ("[" * 100_000, "levels deep"),
        ('{"a":' * 100_000, "levels deep"),
        ("1" * 10_000, "digits"),
        (b"\xff", "utf-8"),
    ],
)
def test_what_could_not_be_carried_on_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        strict_json.loads(text)


def test_a_pair_of_surrogates_is_one_character():
    assert strict_json.loads('"\\ud83d\\ude00"') == "\U0001f600"
