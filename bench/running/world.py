"""Runs all of Stockcast on free ports."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import redis

from local.process import Process
from local.servers import HOST, S3_PORTS, Program, answers_http, free_port
from local.stack import Options, Stack, at_base_port, programs

FUNCTIONS = ("web", "ingest", "forecast", "broker")
"""Stockcast's own programs, without Redis and S3."""
READY_S = 60.0
NEVER_MET = "1000000000"
"""A limit of submissions per minute that is never reached. Counting them still costs time."""
ENV = {"RATE_LIMIT": NEVER_MET, "LOG_LEVEL": "WARNING"}
WITHOUT_LIMITS = {"STREAM_LIMIT": "0", "BACKLOG_LIMIT": "0"}
SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")


class World:
    """A running stack, with the ports of its programs and its Redis."""

    def __init__(self, stack: Stack, options: Options) -> None:
        self.stack = stack
        self.options = options
        self.redis = redis.Redis(port=options.redis_port)

    def port(self, name: str) -> int:
        return getattr(self.options, f"{name}_port")

    def group(self, name: str) -> int:
        return self.stack.process(name).pid

    def groups(self, names: tuple[str, ...] = FUNCTIONS) -> dict[str, int]:
        return {name: self.group(name) for name in names}

    def redis_url(self, database: int) -> str:
        return f"redis://{HOST}:{self.options.redis_port}/{database}"

    def clear(self) -> None:
        """Delete all requests and results. The prices in S3 stay."""
        for key in self.redis.scan_iter("stockcast:[^b]*", count=5000):
            self.redis.unlink(key)
        for key in self.redis.scan_iter("stockcast:batch:*", count=5000):
            self.redis.unlink(key)


@contextmanager
def stockcast(env: Mapping[str, str] | None = None) -> Iterator[World]:
    """Run the stack without an effective limit of submissions. `env` extends its environment."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        options = at_base_port(Options(home=Path(folder)), free_port(5 + len(S3_PORTS)))
        before = dict(os.environ)
        os.environ.update({**ENV, **(env or {})})
        try:
            stack = Stack(programs(options), Path(folder) / "logs")
            stack.start(lambda _: None)
        finally:
            os.environ.clear()
            os.environ.update(before)
        try:
            yield World(stack, options)
        finally:
            stack.stop()


@contextmanager
def started(programs: Sequence[Program], logs: Path) -> Iterator[dict[str, Process]]:
    """Run more `programs` in order, and wait until all are ready. Yields them by name."""
    processes: dict[str, Process] = {}
    try:
        for program in programs:
            processes[program.name] = Process(program, logs / f"{program.name}.log")
            processes[program.name].start()
        for process in processes.values():
            process.wait_until_ready(READY_S)
        yield processes
    finally:
        for process in processes.values():
            process.stop()


def healthy(port: int) -> bool:
    return answers_http(port, "/healthz")
