"""The parts of batches that need no server."""

import csv
import io
import json

import pytest

from functions.common.cloudevents.event import Envelope
from functions.common.errors import InvalidMessageError
from functions.common.messages import fields, message
from functions.common.messages.events import BatchRequested, ForecastRequested
from functions.common.messages.submissions import BatchSubmission
from functions.common.requests import batches as batch_record
from functions.common.requests.keys import keys_of_request, shard_of
from functions.web.api import batches, dead_letters
from functions.web.downloads import batch_table
from functions.web.stores.batch import Batch
from functions.web.stores.batches import Member

HEADLINE = {
    "last_date": "2013-03-01",
    "last_price": 100.0,
    "target_date": "2013-04-15",
    "predicted_price": 101.0,
    "lo80": 90.0,
    "hi80": 110.0,
    "lo95": 80.0,
    "hi95": 120.0,
    "probability_higher": 0.5,
    "trust": "ok",
    "currency": "USD",
}
RESULT = HEADLINE | {
    "intervals": {"80": [90.0, 110.0], "95": [80.0, 120.0]},
    "backtest": {"trust": {"state": "ok"}},
}


def read(**body):
    return Batch.of(BatchSubmission.from_data({"symbols": ["AAPL"], "days": 45} | body))


def test_a_symbol_named_twice_is_asked_for_once():
    assert read(symbols=["aapl", "MSFT", "AAPL "]).symbols == ("AAPL", "MSFT")


def test_the_longest_batch_of_the_longest_tickers_fits():
    symbols = [f"A{number:023}" for number in range(fields.MOST_SYMBOLS)]
    body = {"symbols": symbols, "days": 3650, "id": "x" * 58}
    assert len(json.dumps(body, indent=1)) < batches.MAX_BODY_BYTES
    assert read(**body).symbols == tuple(symbols)


def errors_of(**body):
    with pytest.raises(InvalidMessageError) as caught:
        read(**body)
    return {error.field: error.message for error in caught.value.errors}


def test_each_bad_symbol_is_named_with_its_place():
    told = errors_of(symbols=["AAPL", "$$$", 7], days=0)
    assert set(told) == {"symbols[1]", "symbols[2]", "days"}
    assert '"$$$"' in told["symbols[1]"]


def test_of_many_bad_symbols_the_first_are_named_and_the_rest_counted():
    told = errors_of(symbols=["!"] * 4000)
    assert len(told) == message.MOST_ITEMS + 1
    assert "4000" in told["symbols"]


@pytest.mark.parametrize("symbols", [None, "AAPL", {}, [], ["AAPL"] * 5001])
def test_a_list_of_another_kind_or_length_is_refused(symbols):
    assert "1 to 5000" in errors_of(symbols=symbols)["symbols"]


@pytest.mark.parametrize("own", ["short", "x" * 59, "with space", 12345678])
def test_a_bad_id_is_refused(own):
    assert set(errors_of(id=own)) == {"id"}


def test_an_unknown_field_is_refused_and_told_what_is_known():
    told = errors_of(modle="prophet", options={})
    assert told == dict.fromkeys(
        ("modle", "options"), "is not a field of a batch. Its fields are symbols, days, model, id."
    )


def test_equal_batches_have_equal_digests():
    assert read(id="one-batch").digest() == read(id="other-batch", symbols=["aapl"]).digest()
    assert read().digest() != read(days=46).digest()


def test_members_share_the_hash_tag_of_their_batch():
    members = list(read(id="my-batch", symbols=["AAPL", "MSFT"]).members(1))
    assert members == [ForecastRequested("my-batch--0001", "MSFT", 45)]
    tag = shard_of("my-batch")
    assert list(keys_of_request("my-batch--0001")) == [
        f"stockcast:request:{{{tag}}}:my-batch--0001",
        f"stockcast:batch:{{{tag}}}:my-batch",
        f"stockcast:metrics:{{{tag}}}",
    ]
    assert (
        keys_of_request("request-1")[0]
        == f"stockcast:request:{{{shard_of('request-1')}}}:request-1"
    )


def test_the_event_has_an_inverse():
    assert BatchRequested.from_data(BatchRequested("my-batch").to_data()).batch_id == "my-batch"


def test_the_table_has_a_row_a_member_and_no_formula():
    members = [
        Member("AAPL", "-batch-1--0000", "done", HEADLINE, ""),
        Member("ZZZZ", "-batch-1--0001", "failed", {}, "=cmd|' /C calc'!A0"),
    ]
    rows = list(csv.DictReader(io.StringIO(batch_table.table(members))))
    assert [row["status"] for row in rows] == ["done", "failed"]
    assert (rows[0]["predicted_price"], rows[1]["predicted_price"]) == ("101.0", "")
    assert rows[1]["error"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["request_id"] == "'-batch-1--0000"


def test_the_ranking_is_by_the_chance_to_rise_and_leaves_out_what_is_not_done():
    def member(symbol, chance, predicted=101.0):
        shown = HEADLINE | {"probability_higher": chance, "predicted_price": predicted}
        return Member(symbol, f"my-batch-{symbol}", "done", shown, "")

    members = [member("A", 0.4), member("B", 0.6), member("C", 0.6, 105.0)]
    members.append(Member("D", "my-batch-D", "failed", {}, "unknown"))
    rows = batch_table.ranking(members)
    assert [(row["rank"], row["symbol"]) for row in rows] == [(1, "C"), (2, "B"), (3, "A")]
    assert (rows[0]["lo80"], rows[0]["request_id"]) == (90.0, "my-batch-C")


def test_the_headline_of_a_result_without_chances_has_none():
    assert batch_record.headline(RESULT) == HEADLINE
    without = {name: value for name, value in RESULT.items() if name != "probability_higher"}
    assert batch_record.headline(without)["probability_higher"] is None


def test_a_dead_letter_of_a_batch_names_it_and_the_stage():
    dead = Envelope("1", "/s", BatchRequested.TYPE, {"batch_id": "my-batch"})
    batch_id, error = dead_letters.batch_failure_of(dead)
    assert batch_id == "my-batch"
    assert "handing over the members" in error.detail
    assert dead_letters.failure_of(dead) is None
    bad = Envelope("1", "/s", BatchRequested.TYPE, {"batch_id": 1})
    assert dead_letters.batch_failure_of(bad) is None
