"""Nothing accepted is lost, whatever is killed: run last, since it breaks the stack."""

import csv
import io
import signal
import threading
import time
import uuid

import pytest
import requests

pytestmark = pytest.mark.faults

MANY = 100
SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")


def submit_all(stockcast, start):
    """A hundred different requests, each repeated under its id until it is accepted."""
    ids = []
    for number in range(MANY):
        request_id = str(uuid.uuid4())
        body = {"symbol": SYMBOLS[number % 5], "days": start + number // 5, "id": request_id}
        give_up = time.monotonic() + 60
        while True:
            try:
                if stockcast.submit(**body).status_code == 202:
                    break
            except requests.ConnectionError:
                pass
            assert time.monotonic() < give_up
            time.sleep(0.1)
        ids.append(request_id)
    return ids


def all_end(stockcast, ids):
    waiting, give_up = set(ids), time.monotonic() + 200
    ended = {}
    while waiting:
        for request_id in list(waiting):
            try:
                document = stockcast.get(f"/api/forecasts/{request_id}").json()
            except (requests.RequestException, ValueError):
                continue
            if document.get("status") in {"done", "failed"}:
                ended[request_id] = document
                waiting.discard(request_id)
        assert time.monotonic() < give_up, f"{len(waiting)} of {len(ids)} are stuck"
        time.sleep(0.2)
    return ended


def break_while_asking(stockcast, start, breaking):
    breaker = threading.Timer(0.5, breaking)
    breaker.start()
    ids = submit_all(stockcast, start)
    breaker.join()
    return all_end(stockcast, ids)


@pytest.mark.parametrize(
    ("start", "name"), [(101, "ingest"), (121, "forecast"), (141, "broker"), (161, "web")]
)
def test_a_program_that_is_killed_loses_no_request(own_stockcast, start, name):
    process = own_stockcast.stack.process(name)
    ended = break_while_asking(own_stockcast, start, lambda: process.signal(signal.SIGKILL))
    assert {document["status"] for document in ended.values()} == {"done"}


def test_a_redis_that_is_restarted_loses_no_request(own_stockcast):
    redis = own_stockcast.stack.process("redis")
    ended = break_while_asking(own_stockcast, 181, lambda: redis.signal(signal.SIGKILL))
    assert {document["status"] for document in ended.values()} == {"done"}


def test_an_s3_that_is_away_for_ten_seconds_loses_no_request(own_stockcast):
    s3 = own_stockcast.stack.process("s3")

    def away():
        s3.signal(signal.SIGSTOP)
        time.sleep(10)
        s3.signal(signal.SIGCONT)

    ended = break_while_asking(own_stockcast, 201, away)
    assert {document["status"] for document in ended.values()} == {"done"}


def test_a_web_that_dies_while_it_hands_over_a_batch_loses_no_member(own_stockcast):
    symbols = [*SYMBOLS, *(f"NONE{number}" for number in range(995))]
    body = {"symbols": symbols, "days": 240, "id": str(uuid.uuid4())}
    answer = requests.post(f"{own_stockcast.url}/api/batches", json=body, timeout=30)
    assert answer.status_code == 202
    web, give_up = own_stockcast.stack.process("web"), time.monotonic() + 200
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
