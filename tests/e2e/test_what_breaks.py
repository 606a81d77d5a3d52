"""Nothing accepted is lost, whatever is killed: run last, since it breaks the stack."""

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
