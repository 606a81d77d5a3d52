"""`stockcast up`: how a person starts, disturbs and stops it."""

import contextlib
import os
import re
import signal
import subprocess
import sys

import pytest
import requests

from local.reload import CODE
from local.servers import S3_PORTS, free_port, is_free
from tests.support.waiting import until

PORTS = 5 + len(S3_PORTS)


def up(home, base, log, *options):
    argv = [sys.executable, "-m", "cli.main", "up", "--base-port", str(base), "--data", str(home)]
    argv += options
    return subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def is_ready(base):
    try:
        return requests.get(f"http://127.0.0.1:{base}/readyz", timeout=300).ok
    except requests.ConnectionError:
        return False


@contextlib.contextmanager
def started(folder, *options):
    """`stockcast up`: its process, its first port, and the file with its output."""
    base, said = free_port(PORTS), folder / "said"
    with said.open("w") as log:
        process = up(folder / "home", base, log, *options)
        try:
            until(lambda: "Stockcast is ready" in said.read_text() or process.poll() is not None)
            yield process, base, said
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(300)


@pytest.fixture(scope="module")
def running(own_stockcast, tmp_path_factory):
    with started(tmp_path_factory.mktemp("up"), "--reload") as running:
        yield running


def test_a_second_start_says_where_the_first_runs(running, tmp_path):
    _, base, of_first = running
    home, said = of_first.parent / "home", tmp_path / "again"
    with said.open("w") as log:
        assert up(home, base, log).wait(300) == 0
    assert f"Stockcast is already running at http://127.0.0.1:{base}" in said.read_text()
    with said.open("w") as log:
        assert up(home, free_port(PORTS), log).wait(300) == 1
    first, refusal = said.read_text().splitlines()
    assert first == "Starting Stockcast ..."
    assert "--data FOLDER" in refusal
    assert is_ready(base), "the first one is still there"


def test_a_busy_port_is_named_with_the_way_to_choose_another(running, tmp_path):
    _, base, _ = running
    said = tmp_path / "refused"
    with said.open("w") as log:
        assert up(tmp_path / "other", base, log).wait(300) == 1
    words = " ".join(said.read_text().split())
    assert re.search(r"Port \d+ is in use.* --\w+-port PORT.* --base-port PORT", words)
    assert is_ready(base), "the stack that was there goes on"


def test_a_changed_function_is_restarted_while_reload_is_on(running):
    _, base, said = running
    touch = (CODE / "web" / "main.py").touch
    # It says that it is ready a moment before it watches.
    until(lambda: touch() or said.read_text(), lambda text: "web changed" in text, pause_s=1)
    until(said.read_text, lambda text: "Starting it again" in text)
    until(lambda: is_ready(base))


def test_a_second_stack_runs_beside_the_first_and_ctrl_c_ends_every_child(own_stockcast, running):
    process, base, said = running
    assert is_ready(base), said.read_text()
    assert "Conditional writes (If-None-Match and If-Match): the server honors" in said.read_text()
    assert own_stockcast.get("/readyz").ok
    body = {"symbol": "IBM", "days": 5, "id": "second-stack"}
    assert requests.post(f"http://127.0.0.1:{base}/api/forecasts", json=body, timeout=300).ok
    url = f"http://127.0.0.1:{base}/api/forecasts/second-stack"
    until(lambda: requests.get(url, timeout=300).json()["status"] == "done")

    process.send_signal(signal.SIGINT)
    assert process.wait(300) == 0
    assert "Stopping Stockcast" in said.read_text()
    assert [port for port in range(base, base + PORTS) if not is_free(port)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a child of its parent's end")
def test_a_stack_that_is_killed_leaves_nothing_running(tmp_path):
    with started(tmp_path) as (process, base, _):
        process.kill()
        process.wait(300)
        until(lambda: all(is_free(port) for port in range(base, base + PORTS)))


def test_a_function_that_dies_is_started_again_and_said_to_be(own_stockcast):
    dead = own_stockcast.stack.process("web").pid
    os.killpg(dead, signal.SIGKILL)
    until(lambda: own_stockcast.stack.process("web").pid != dead)
    until(lambda: is_ready(int(own_stockcast.url.rsplit(":", 1)[1])))
