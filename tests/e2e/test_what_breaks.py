"""A batch survives the loss of its web process. tests/faults covers single requests."""

import csv
import io
import signal
import time
import uuid

import pytest
import requests

pytestmark = pytest.mark.faults

SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")


def test_a_web_that_dies_while_it_hands_over_a_batch_loses_no_member(own_stockcast):
    symbols = [*SYMBOLS, *(f"NONE{number}" for number in range(995))]
    body = {"symbols": symbols, "days": 240, "id": str(uuid.uuid4())}
    answer = requests.post(f"{own_stockcast.url}/api/batches", json=body, timeout=300)
    assert answer.status_code == 202
    web, give_up = own_stockcast.stack.process("web"), time.monotonic() + 300
    killed_at = [100, 400, 700]
    while True:
        try:
            told = own_stockcast.get(answer.json()["links"]["self"]).json()
        except requests.RequestException:
            time.sleep(0.1)
            continue
        ended = told["counts"]["done"] + told["counts"]["failed"]
        if told["status"] == "done":
            break
        if killed_at and ended > killed_at[0]:
            killed_at.pop(0)
            web.signal(signal.SIGKILL)
        assert time.monotonic() < give_up, told
        time.sleep(0.02)
    assert len(killed_at) < 3
    assert (told["counts"]["done"], told["counts"]["failed"]) == (5, 995)
    table = own_stockcast.get(answer.json()["links"]["results"]).text
    reasons = {row["error"].partition(" ")[0] for row in csv.DictReader(io.StringIO(table))}
    assert reasons == {"", *symbols[5:]}
