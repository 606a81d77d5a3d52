"""A whole Stockcast with its stores behind proxies. It asks the same questions again and again."""

import json
import os
import signal
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import redis
import requests

from functions.common.config import S3Settings
from functions.common.requests.keys import request_key
from functions.ingest.freshness.cache import SEEN_S
from local.servers import HOST, S3_PORTS, free_port, redis_server, s3_server
from local.stack import Stack
from tests.conftest import s3_client_of
from tests.faults.proxy import Proxy
from tests.support import stacks
from tests.support.waiting import until

SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
SECRET = "a-secret-of-these-tests"
DEADLINE_S = 90
GRACE_S = 15
CLAIMS = ("stockcast:event:*", "stockcast:fetching:*", "stockcast:computing:*")
STEADY_KB = 150_000
STEADY_CONNECTIONS = 40
"""What a stack may hold more of after a fault than before: pools that grew with the load."""


@dataclass
class Trial:
    """The outcome of the requests sent while something was broken."""

    fault: str
    accepted: int = 0
    done: int = 0
    failed: Counter = field(default_factory=Counter)
    lost: dict = field(default_factory=dict)
    wrong: list = field(default_factory=list)
    left: list = field(default_factory=list)
    seconds: float = 0.0

    def row(self):
        reasons = "; ".join(f"{count} {reason}" for reason, count in self.failed.items())
        failed = sum(self.failed.values())
        told = f"{failed} ({reasons})" if failed else "0"
        cells = (self.fault, self.accepted, self.done, told, len(self.lost), len(self.wrong))
        return "| " + " | ".join(str(cell) for cell in cells) + " |"


class World:
    """The stack, its stores, and the right answers. `stores_home` can be a small disk.

    `environment` is only for the stack's programs, not for the stores. If the world `is_watched`,
    it restarts programs that die.
    """

    def __init__(self, home, stores_home, questions, environment=None, *, is_watched=True):
        self.home, self.stores_home = home, stores_home
        redis_port, s3_port = free_port(), free_port(len(S3_PORTS))
        own_redis = redis_server(redis_port, stores_home / "redis")
        own_s3 = s3_server(s3_port, stores_home / "s3", "stockcast", "tester", SECRET)
        self.stores = Stack([own_redis, own_s3], home / "stores")
        self.stores.start(lambda _: None)
        self.redis_proxy, self.s3_proxy = Proxy(redis_port), Proxy(s3_port)
        shared = {
            "RATE_LIMIT": "0",
            "REQUEST_DEADLINE": f"{DEADLINE_S}s",
            "AWS_ACCESS_KEY_ID": "tester",
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        self.stack, urls = stacks.started(
            home,
            {**shared, **(environment or {})},
            redis_url=f"redis://{HOST}:{self.redis_proxy.port}/0",
            s3_endpoint_url=f"http://{HOST}:{self.s3_proxy.port}",
        )
        self.url, self.broker_url, _, self.forecast_url, *_ = urls
        if is_watched:
            self.stores.watch(lambda _: None)
            self.stack.watch(lambda _: None)
        self.redis = redis.Redis(port=redis_port)
        self.s3 = s3_client_of(
            S3Settings("stockcast", f"http://{HOST}:{s3_port}", "us-east-1", ("tester", SECRET))
        )
        self.questions = [
            (SYMBOLS[number % len(SYMBOLS)], 20 + 7 * (number // len(SYMBOLS)))
            for number in range(questions)
        ]
        self.right = {}
        calm = self.trial("nothing", lambda: None)
        assert (calm.done, calm.lost) == (questions, {}), calm
        self.right = self.answers
        self.before = self.usage()

    def close(self):
        self.stack.stop()
        self.stores.stop()
        self.redis_proxy.close()
        self.s3_proxy.close()
        self.redis.close()
        self.s3.close()

    def process(self, name):
        stack = self.stores if name in {"redis", "s3"} else self.stack
        return stack.process(name)

    def forget(self):
        """Forget all earlier requests and results."""
        self.redis.flushall()
        for one in self.s3.list_objects_v2(Bucket="stockcast").get("Contents", []):
            self.s3.delete_object(Bucket="stockcast", Key=one["Key"])
        time.sleep(SEEN_S)  # ingest assumes that an object it has just seen still exists

    def trial(self, fault, breaking, pace_s=0.0):
        """Ask all questions while `breaking` runs in a thread, and return the outcome."""
        self.forget()
        trial, self.answers = Trial(fault), {}
        self.ids, self.accepted = {}, {}
        started = time.monotonic()
        with ThreadPoolExecutor(1) as breaker:
            broken = breaker.submit(breaking)
            for question in self.questions:
                self._insist(trial, question)
                time.sleep(pace_s)
            broken.result()
        self._wait(trial)
        trial.seconds = time.monotonic() - started
        trial.left = self._left()
        return trial

    def submit(self, request_id, question):
        symbol, days = question
        body = {"symbol": symbol, "days": days, "id": request_id}
        return requests.post(f"{self.url}/api/forecasts", json=body, timeout=300)

    def _insist(self, trial, question):
        """Send the request under one id until web accepts it."""
        request_id = str(uuid.uuid4())
        self.ids[request_id] = (question, time.monotonic())
        give_up = time.monotonic() + 300
        while time.monotonic() < give_up:
            try:
                answer = self.submit(request_id, question)
            except requests.RequestException:
                time.sleep(0.1)
                continue
            if answer.status_code == 202:
                trial.accepted += 1
                self.accepted[request_id] = (question, time.monotonic())
                return
            assert answer.status_code in {429, 503}, answer.text
            time.sleep(0.2)

    def _wait(self, trial):
        waiting = dict(self.accepted)
        while waiting:
            for request_id, (question, since) in list(waiting.items()):
                document = self.document(request_id)
                if document.get("status") in {"done", "failed"}:
                    self._note(trial, question, document)
                    del waiting[request_id]
                elif (
                    document.get("status") == HTTPStatus.NOT_FOUND
                    or time.monotonic() > since + DEADLINE_S + GRACE_S
                ):
                    trial.lost[request_id] = document
                    del waiting[request_id]
            time.sleep(0.1)

    def document(self, request_id):
        try:
            return requests.get(f"{self.url}/api/forecasts/{request_id}", timeout=300).json()
        except (requests.RequestException, ValueError):
            return {}

    def _note(self, trial, question, document):
        if document["status"] == "failed":
            error = document["error"]
            assert error["detail"]
            trial.failed[error["title"]] += 1
            return
        trial.done += 1
        self.answers[question] = told = essence(document["result"])
        if self.right and told != self.right[question]:
            trial.wrong.append((question, told))

    def _left(self):
        """Claims and undelivered events that remain after their requests have ended."""
        give_up = time.monotonic() + 300
        while True:
            left = [
                key.decode()
                for pattern in CLAIMS
                for key in self.redis.scan_iter(pattern, count=1000)
                if (self.redis.get(key) or b"").startswith(b"?")
            ]
            left += [
                f"{self.redis.xlen(key)} in {key.decode()}"
                for key in self.redis.scan_iter("stockcast:broker:{queue}:*", _type="stream")
                if self.redis.xlen(key)
            ]
            left += [
                f"tries in {key.decode()}"
                for key in self.redis.scan_iter("stockcast:broker:{queue}:*", _type="hash")
            ]
            if not left or time.monotonic() > give_up:
                return left
            time.sleep(0.2)

    def until(self, status):
        """Wait until a request reaches the status."""
        until(
            lambda: [request_key(request_id) for request_id in list(self.ids)],
            lambda keys: any(self.redis.hexists(key, f"at:{status}") for key in keys),
            pause_s=0.005,
        )

    def freeze(self, name, seconds):
        self.process(name).signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process(name).signal(signal.SIGCONT)

    def usage(self):
        """The memory (kB) of all programs, and the number of Redis connections."""
        memory = sum(rss_kb(process.pid) for process in self.stack.processes)
        return memory, int(self.redis.info("clients")["connected_clients"])

    def wait_for_calm(self):
        """Wait until memory and connections are about the same as before the faults."""
        memory, connections = self.before
        most = (memory + STEADY_KB, connections + STEADY_CONNECTIONS)
        until(self.usage, lambda now: now[0] < most[0] and now[1] < most[1], pause_s=0.5)


def essence(result):
    """The parts of a result that must be equal each time, if the prices are equal."""
    told = json.loads(json.dumps(result))
    for name in ("fetched_at", "age_days", "etag"):
        told["data"].pop(name, None)
    return told


def rss_kb(leader):
    """The resident memory of a process group, or 0 without /proc."""
    total = 0
    if not Path("/proc").exists():
        return total
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == leader:
                pages = int((entry / "statm").read_text().split()[1])
                total += pages * os.sysconf("SC_PAGE_SIZE") // 1024
        except OSError:
            continue
    return total
