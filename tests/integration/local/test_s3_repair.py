"""Objects in the local S3 after a loss of power."""

import contextlib
import logging
import os
import signal
import threading

import pytest
from botocore.exceptions import ClientError

from functions.common.config import S3Settings
from local import s3_repair as half_written
from local.process import Process
from local.servers import HOST, S3_PORTS, free_port, s3_server
from tests.conftest import READY_S, s3_client_of
from tests.faults.proxy import Proxy, http
from tests.support.waiting import until

BUCKET, KEY, SECRET = "stockcast", "tester", "a-secret-of-this-test"
BODY = os.urandom(100_000)


class S3:
    def __init__(self, home):
        port = free_port(len(S3_PORTS))
        self.program = s3_server(port, home / "s3", BUCKET, KEY, SECRET)
        self.volumes = home / "s3"
        self._process = Process(self.program, home / "log")
        self._settings = S3Settings(BUCKET, f"http://{HOST}:{port}", "us-east-1", (KEY, SECRET))

    def start(self):
        self._process.start()
        self._process.wait_until_ready(READY_S)
        self.client = s3_client_of(self._settings)

    def put(self, key):
        self.client.put_object(Bucket=BUCKET, Key=key, Body=BODY)

    def names(self):
        return {one["Key"] for one in self.client.list_objects_v2(Bucket=BUCKET)["Contents"]}

    def body(self, key):
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def can_read(self, key):
        with contextlib.suppress(ClientError):
            return self.body(key) == BODY

    def end(self, number=signal.SIGTERM):
        self.client.close()
        self._process.signal(number)
        self._process.stop()


@pytest.fixture
def s3(tmp_path):
    s3 = S3(tmp_path)
    s3.start()
    yield s3
    s3.end()


def test_an_object_that_was_left_half_written_is_removed_and_the_others_stay(
    s3, caplog, monkeypatch
):
    monkeypatch.setattr(half_written, "PATIENCE_S", 1.0)
    s3.put("old")
    written = {path: path.stat().st_size for path in s3.volumes.glob(f"{BUCKET}_*.dat")}
    s3.put("new")
    s3.end(signal.SIGKILL)
    for path, size in written.items():
        os.truncate(path, size)
    s3.start()
    until(lambda: s3.can_read("old"))  # just after its start, it can fail to
    assert s3.names() == {"old", "new"}
    with caplog.at_level(logging.WARNING):
        s3.program.repair()
    assert "removing new from stockcast, because it is half written" in caplog.text
    assert s3.names() == {"old"}
    assert s3.body("old") == BODY
    s3.put("new")
    assert s3.body("new") == BODY


def test_an_object_that_can_be_read_a_moment_later_stays(s3, caplog):
    s3.put("old")
    with contextlib.closing(Proxy(s3.program.ports[0])) as proxy:
        proxy.instead, proxy.only = http(500, "Internal Server Error"), b"GET /stockcast/old"
        started = threading.Timer(2, proxy.heal)
        started.start()
        half_written.remove(f"http://{HOST}:{proxy.port}", BUCKET, KEY, SECRET)
        started.join()
    assert s3.names() == {"old"}
    assert not caplog.records


def test_an_s3_that_is_empty_or_whole_is_left_as_it_is(s3, caplog):
    s3.program.repair()
    s3.put("old")
    s3.program.repair()
    assert s3.names() == {"old"}
    assert not caplog.records
