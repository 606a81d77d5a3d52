"""SIGTERM while gunicorn forks a worker."""

import os
import subprocess
import sys

import pytest

FORKS = """
import os, signal
from functions.common import forked_workers

noted = []
signal.signal(signal.SIGTERM, lambda number, _: noted.append(number))
forked_workers.end_at_sigterm()
for _ in range(100):
    worker = os.fork()
    if not worker:
        while True:
            signal.pause()
    os.kill(worker, signal.SIGTERM)
    _, status = os.waitpid(worker, 0)
    assert os.WTERMSIG(status) == signal.SIGTERM
os.kill(os.getpid(), signal.SIGTERM)
assert noted == [signal.SIGTERM]
"""


def test_a_worker_that_was_just_forked_ends_at_sigterm_and_its_parent_notes_it():
    subprocess.run([sys.executable, "-c", FORKS], check=True, timeout=300)


@pytest.mark.parametrize("function", ["web", "ingest", "forecast"])
def test_each_function_does_so(function, tmp_path):
    forks = f"""
import os, signal
import functions.{function}.main
signal.signal(signal.SIGTERM, lambda *_: None)
worker = os.fork()
if not worker:
    while True:
        signal.pause()
os.kill(worker, signal.SIGTERM)
_, status = os.waitpid(worker, 0)
assert os.WTERMSIG(status) == signal.SIGTERM
"""
    env = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0", "S3_BUCKET": "none"}
    subprocess.run([sys.executable, "-c", forks], env=env, check=True, timeout=300)
