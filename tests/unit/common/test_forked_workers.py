"""SIGTERM while gunicorn forks a worker."""

import os

import pytest

from tests.support.python import printed

FORKS = """
import os, signal

noted = []
signal.signal(signal.SIGTERM, lambda number, _: noted.append(number))
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


@pytest.mark.parametrize("function", ["web", "ingest", "forecast"])
def test_a_worker_that_was_just_forked_ends_at_sigterm_and_its_parent_notes_it(function):
    env = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0", "S3_BUCKET": "none"}
    printed(f"import functions.{function}.main{FORKS}", env=env)
