"""Request heads that are too large, on the port of each kind of server."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
import requests

from functions.common.request_heads import MOST_BYTES, MOST_FIELDS
from functions.web.settings import Settings
from local.servers import answers_http, free_port
from tests.integration.web.serving import serving
from tests.support.waiting import until

LINE = b"GET /healthz HTTP/1.1\r\nhost: x\r\n"


@pytest.fixture
def web(redis_settings, inbox):
    with serving(Settings(redis_settings, inbox.url, ("sample",), 0, (), "INFO")) as url:
        yield url


@pytest.fixture(scope="module")
def ingest():
    """The real function under functions-framework and gunicorn, without its stores."""
    port = free_port()
    env = {
        **os.environ,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "S3_ENDPOINT_URL": "http://127.0.0.1:1",
        "S3_BUCKET": "none",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "PROVIDERS": "sample",
    }
    command = [sys.executable, "-m", "functions_framework", "--target", "ingest", "--host"]
    command += ["127.0.0.1", "--port", str(port), "--source", "functions/ingest/main.py"]
    process = subprocess.Popen(command, env=env)
    try:
        until(lambda: process.poll() is not None or answers_http(port, "/healthz"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(params=["web", "ingest"])
def url(request):
    return request.getfixturevalue(request.param)


def asked(url, head):
    """The first line of the answer to `head`, which is sent until the server stops reading."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=300) as connection:
        with contextlib.suppress(OSError):  # the server refuses it before its end
            connection.sendall(head)
        try:
            return connection.recv(4096).partition(b"\r\n")[0]
        except ConnectionResetError:
            return b"reset"


def test_a_head_within_the_bounds_is_answered(url):
    fields = b"".join(b"x-%d: 1\r\n" % number for number in range(MOST_FIELDS - 2))
    assert b"200" in asked(url, LINE + fields + b"\r\n")
    assert b"200" in asked(url, LINE + b"x: " + b"x" * (MOST_BYTES - 200) + b"\r\n\r\n")


def test_a_head_over_the_bounds_is_refused(url):
    fields = b"".join(b"x-%d: 1\r\n" % number for number in range(MOST_FIELDS + 1))
    assert b"431" in asked(url, LINE + fields + b"\r\n")
    assert b"431" in asked(url, LINE + b"x: " + b"x" * MOST_BYTES + b"\r\n\r\n")
    small = b"".join(b"x-%d: %s\r\n" % (number, b"x" * 1000) for number in range(40))
    assert b"431" in asked(url, LINE + small + b"\r\n")


def test_a_head_without_end_is_not_read_to_its_end(url):
    started = time.process_time()  # so other programs on this machine do not count
    answer = asked(url, LINE + b"x: " + b"x" * 48_000_000)
    assert b"431" in answer or answer == b"reset"
    assert time.process_time() - started < 10  # before the limit, this took 21 s
    assert requests.get(f"{url}/healthz", timeout=300).status_code == 200


def test_the_next_request_of_a_connection_is_counted_by_itself(web):
    address = urlsplit(web)
    head = LINE + b"x: " + b"x" * (MOST_BYTES - 200) + b"\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=300) as connection:
        for _ in range(3):
            connection.sendall(head)
            assert b"200" in connection.recv(4096)
