"""Whether a record keeps its promise, and how a result says so."""

import pytest
from msgspec.structs import replace

from functions.forecast.scoring import backtest
from functions.forecast.scoring.trust import in_plain_words, judged

EMPTY = backtest.without_history(31)


def record(held, origins, independent=None):
    worth = origins if independent is None else independent
    return replace(EMPTY, origins=origins, coverage80=held, independent_origins=float(worth))


@pytest.mark.parametrize(
    ("held", "origins", "independent", "state"),
    [
        (0.75, 97, 97, "ok"),
        (0.70, 97, 97, "ok"),
        (0.69, 97, 97, "too_narrow"),
        (0.69, 20, 20, "too_narrow"),
        (0.69, 24, 19.9, "too_few"),  # 13 of 20 are well possible where 80% is true
        (0.27, 24, 4.5, "too_narrow"),  # chance cannot explain this
        (0.95, 24, 4.5, "too_few"),
    ],
)
def test_a_range_that_held_less_than_70_percent_was_too_narrow(held, origins, independent, state):
    assert judged(record(held, origins, independent), "AAPL", "prophet").state == state


def test_the_sentence_names_model_stock_and_share():
    told = judged(record(0.27, 97), "AAPL", "prophet")
    assert told.sentence == (
        "Prophet's ranges have been far too narrow for AAPL: its 80% range held 27% of the time."
    )
    assert in_plain_words(record(0.75, 97)) == "Promised 80%, delivered 75% (97 forecasts)"


def test_a_record_that_is_not_known_is_not_judged():
    assert judged(backtest.pending(31), "AAPL", "prophet").state == "pending"
    assert judged(backtest.failed(31), "AAPL", "prophet").state == "failed"
    assert judged(EMPTY, "AAPL", "calibrated").state == "too_few"
    assert in_plain_words(backtest.pending(31)) is in_plain_words(EMPTY) is None
