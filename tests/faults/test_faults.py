"""Whatever breaks, every accepted request ends with the right result or with a reason.

`make test` runs a few faults. `make test-faults` runs all of them with more requests.
"""

import contextlib
import csv
import io
import itertools
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import ForecastRequested, PricesIngested
from tests.faults.proxy import http
from tests.faults.world import SYMBOLS
from tests.support.events import STORED, send
from tests.support.waiting import until

PROGRAMS = ("web", "broker", "ingest", "forecast")
PARTS = (*PROGRAMS, "redis", "s3")
STAGES = ("queued", "ingesting", "forecasting")
FROZEN_S = 30
SLOW_S = 0.5
LASTS_S = 4
IN_FORCE_S = 0.2
"""Within so much a fault that lasts has begun, once a request is where it waits for one to be."""


def killed(name, stage, number=signal.SIGKILL):
    def breaking(world):
        world.until(stage)
        world.process(name).signal(number)

    return breaking


def restarted(name, stage):
    return killed(name, stage, signal.SIGTERM)


def frozen(name, stage="queued"):
    def breaking(world):
        world.until(stage)
        world.freeze(name, FROZEN_S)

    return breaking


def redis_is(seconds=LASTS_S, **wrong):
    return lambda world: (world.until("queued"), world.redis_proxy.during(seconds, **wrong))


def s3_is(seconds=LASTS_S, **wrong):
    return lambda world: world.s3_proxy.during(seconds, **wrong)


def redis_cut_again_and_again(world):
    world.until("queued")
    for number in range(20):
        world.redis_proxy.cut_after = number * 7
        world.redis_proxy.cut()
        time.sleep(0.05)
        world.redis_proxy.heal()
        time.sleep(0.15)


def redis_full(world):
    world.until("queued")
    world.redis.config_set("maxmemory", 1)
    time.sleep(LASTS_S)
    world.redis.config_set("maxmemory", 0)


def redis_read_only(world):
    world.until("queued")
    world.redis.replicaof("127.0.0.1", 1)
    time.sleep(LASTS_S)
    world.redis.replicaof("NO", "ONE")


def stored_and_not_yet_read(world):
    """The prices that ingest has stored. It stops forecast, so that it does not read them."""
    world.process("forecast").signal(signal.SIGSTOP)
    world.until("ingesting")
    time.sleep(1.5)
    listed = world.s3.list_objects_v2(Bucket="stockcast").get("Contents", [])
    return [{"Bucket": "stockcast", "Key": one["Key"]} for one in listed]


def prices_deleted(world):
    for one in stored_and_not_yet_read(world):
        world.s3.delete_object(**one)
    world.process("forecast").signal(signal.SIGKILL)  # it may still have earlier prices in memory


def prices_replaced(world):
    """Replaces the prices by equal ones with another ETag."""
    for one in stored_and_not_yet_read(world):
        told = world.s3.get_object(**one)
        body = told["Body"].read() + b"\n"
        world.s3.put_object(**one, Body=body, Metadata=told["Metadata"])
    world.process("forecast").signal(signal.SIGCONT)


def backlog(world):
    world.process("ingest").signal(signal.SIGSTOP)
    world.until("queued")
    time.sleep(2)
    world.process("broker").signal(signal.SIGKILL)
    time.sleep(1)
    world.process("ingest").signal(signal.SIGCONT)


def disk_full(world):
    if world.small_disk is None:
        pytest.skip("needs a small disk to fill, which only root can mount")
    filler = world.small_disk / "filler"
    world.until("queued")
    with filler.open("wb") as file:
        try:
            while file.write(b"x" * 65536):
                file.flush()
        except OSError:
            pass
        try:
            time.sleep(LASTS_S)
        finally:
            filler.unlink()


def events_again(world):
    """Duplicate events, late ones, and ones out of order, with old and new event ids."""
    world.until("queued")
    seen = set()
    for turn in itertools.count():
        for request_id, ((symbol, days), _) in list(world.ids.items()):
            asked = ForecastRequested(request_id, symbol, days)
            for event_id in (request_id, f"{request_id}-{turn}"):
                event = Envelope(event_id, "/stockcast/web", asked.TYPE, asked.to_data())
                assert send(world.broker_url, event).status_code == 202
            prices = asked.to_data() | STORED | {"key": f"prices/sample/{symbol}.csv"}
            event = Envelope(f"{request_id}-p{turn}", "/test", PricesIngested.TYPE, prices)
            if request_id in seen:  # otherwise it overtakes ingest and points to nothing
                assert send(world.broker_url, event).status_code == 202
            document = world.document(request_id)
            if document.get("status") in {"forecasting", "done", "failed"}:
                seen.add(request_id)
        if turn and len(world.ids) == len(world.questions):
            return


def poison(world):
    """Events that no function can handle, before and between good ones."""
    world.until("queued")
    for number, data in enumerate(
        (None, [], {"request_id": 7}, {"request_id": "poison-1", "symbol": "AAPL", "days": -1})
    ):
        for kind in (ForecastRequested.TYPE, PricesIngested.TYPE):
            event = Envelope(f"poison-{number}", "/test", kind, data)
            assert send(world.broker_url, event).status_code == 202
    whole = b'{"specversion":"1.0","id":"p","source":"/s","type":"%s","trac\xc3\xa9":"1","data":{}}'
    answer = requests.post(
        world.broker_url,
        data=whole % ForecastRequested.TYPE.encode(),
        headers={"content-type": "application/cloudevents+json"},
        timeout=300,
    )
    assert answer.status_code == 400


def at(stage, fault):
    return lambda world: (world.until(stage), fault(world))


def at_once(*faults):
    def breaking(world):
        with ThreadPoolExecutor(len(faults)) as breakers:
            for broken in [breakers.submit(fault, world) for fault in faults]:
                broken.result()

    return breaking


def during(lasting, fault):
    def breaking(world):
        with ThreadPoolExecutor(1) as breaker:
            broken = breaker.submit(lasting, world)
            world.until("queued")
            time.sleep(IN_FORCE_S)
            fault(world)
            assert not broken.done(), "The one was over before the other began."
            broken.result()

    return breaking


REDIS_IS_SLOW = redis_is(10, delay_s=SLOW_S / 2)
TRUNCATED = 700
"""Bytes of an answer of S3: its headers, and some of the prices."""
SHORT = {
    "forecast killed while forecasting": killed("forecast", "forecasting"),
    "Redis killed": killed("redis", "ingesting"),
    "Redis full": redis_full,
    "Redis: connections cut mid-reply": redis_cut_again_and_again,
    "S3 answers 503": s3_is(2, instead=http(503, "Slow Down")),
    "S3: bodies cut off": s3_is(2, cut_after=TRUNCATED, only=b"GET"),
    "prices deleted between ingest and forecast": prices_deleted,
    "duplicate, reordered and late events": events_again,
    "poison events": poison,
    "web and broker killed at once": at_once(
        killed("web", "ingesting"), killed("broker", "ingesting")
    ),
}
WAYS = {"killed": killed, "restarted": restarted, f"frozen for {FROZEN_S} s": frozen}
FULL = {
    **{
        f"{one} {how}, a request {stage}": broken(one, stage)
        for how, broken in WAYS.items() for one in PARTS for stage in STAGES
    },
    "Redis: a read-only replica": redis_read_only,
    f"Redis slow ({SLOW_S * 1000:.0f} ms)": REDIS_IS_SLOW,
    "Redis refuses connections": redis_is(refuses=True),
    "S3 refuses connections": s3_is(refuses=True),
    f"S3 slow ({SLOW_S * 1000:.0f} ms)": s3_is(10, delay_s=SLOW_S / 2),
    "S3 answers 500": s3_is(instead=http(500, "Internal Server Error")),
    "prices replaced between ingest and forecast": prices_replaced,
    "broker killed with a backlog": backlog,
    "disk of Redis and S3 full": disk_full,
    "every function and the broker killed at once": at_once(
        *(killed(name, "forecasting") for name in PROGRAMS)
    ),
    "Redis and S3 killed at once": at_once(killed("redis", "ingesting"), killed("s3", "ingesting")),
    f"broker killed while Redis is slow ({SLOW_S * 1000:.0f} ms)": during(
        REDIS_IS_SLOW, killed("broker", "ingesting")
    ),
    "broker killed while Redis is full": during(redis_full, killed("broker", "queued")),
    "forecast killed while Redis' connections are cut mid-reply": during(
        redis_cut_again_and_again, killed("forecast", "ingesting")
    ),
    "forecast killed while S3 answers 503": at(
        "forecasting", during(s3_is(instead=http(503, "Slow Down")), killed("forecast", "queued"))
    ),
    f"Redis killed while ingest is frozen for {FROZEN_S} s": during(
        frozen("ingest"), killed("redis", "queued")
    ),
    f"web killed while the broker is frozen for {FROZEN_S} s": during(
        frozen("broker"), killed("web", "queued")
    ),
}  # fmt: skip
FAILURES = {"prices deleted between ingest and forecast"}
"""Where a request may fail: there is nothing to compute its forecast from."""


def held(world, fault, breaking):
    trial = world.trial(fault, lambda: breaking(world))
    world.trials.append(trial)
    assert trial.accepted == len(world.questions)
    assert trial.lost == {}
    assert trial.wrong == []
    assert trial.done + sum(trial.failed.values()) == trial.accepted
    if fault not in FAILURES:
        assert not trial.failed
    assert trial.left == []
    world.wait_for_calm()


@pytest.mark.parametrize("fault", SHORT)
def test_nothing_is_lost_and_nothing_is_wrong(world, fault):
    held(world, fault, SHORT[fault])


@pytest.mark.faults
@pytest.mark.parametrize("fault", FULL)
def test_nothing_is_lost_and_nothing_is_wrong_in_full(world, fault):
    held(world, fault, FULL[fault])


def test_a_web_that_dies_while_it_hands_over_a_batch_loses_no_member(world):
    many = len(world.questions) * 20
    symbols = [*SYMBOLS, *(f"NONE{number}" for number in range(many - len(SYMBOLS)))]
    body = {"symbols": symbols, "days": 240, "id": str(uuid.uuid4())}
    answer = requests.post(f"{world.url}/api/batches", json=body, timeout=300)
    assert answer.status_code == 202
    links = answer.json()["links"]
    kill_at = [many * share // 10 for share in (1, 4, 7)]

    def counts():
        with contextlib.suppress(requests.RequestException):
            told = requests.get(world.url + links["self"], timeout=300).json()
            counts = told["counts"]
            if kill_at and counts["done"] + counts["failed"] > kill_at[0]:
                kill_at.pop(0)
                world.process("web").signal(signal.SIGKILL)
            return told["status"] == "done" and counts

    told = until(counts)
    assert len(kill_at) < 3
    assert (told["done"], told["failed"]) == (len(SYMBOLS), many - len(SYMBOLS))
    table = requests.get(world.url + links["results"], timeout=300).text
    reasons = {row["error"].partition(" ")[0] for row in csv.DictReader(io.StringIO(table))}
    assert reasons == {"", *symbols[len(SYMBOLS) :]}
