"""Runs all of Stockcast on free ports, and the baseline on the same stores."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import redis

from local.process import Process
from local.servers import HOST, S3_PORTS, Program, answers_http, free_port
from local.stack import ROOT, Options, Stack, at_base_port, programs

READY_S = 60.0
FUNCTIONS = ("web", "ingest", "forecast", "broker")
"""Stockcast's own programs, without Redis and S3."""
NEVER_MET = "1000000000"
"""A limit of submissions per minute that is never reached. Counting them still costs time."""
SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")


class World:
    """A running stack, with the ports of its programs and its Redis."""

    def __init__(self, stack: Stack, options: Options) -> None:
        self.stack = stack
        self.options = options
        self.redis = redis.Redis(port=options.redis_port)

    def port(self, name: str) -> int:
        port: int = getattr(self.options, f"{name}_port")
        return port

    def group(self, name: str) -> int:
        """The process group of a program."""
        return self.stack.process(name).pid

    def groups(self, names: tuple[str, ...] = FUNCTIONS) -> dict[str, int]:
        return {name: self.group(name) for name in names}

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
        os.environ.update({"RATE_LIMIT": NEVER_MET, "LOG_LEVEL": "WARNING", **(env or {})})
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
def baseline(world: World) -> Iterator[dict[str, Process]]:
    """Run the three programs of the old project on the stores of `world`."""
    ports = {name: free_port() for name in ("web", "ingest", "forecast")}
    env = {**world.stack.process("ingest").program.env, "AWS_DEFAULT_REGION": "us-east-1"}
    modules = {
        "forecast": [str(ports["forecast"])],
        "ingest": [str(ports["ingest"]), str(ports["forecast"])],
        "web": [str(ports["web"]), str(ports["ingest"])],
    }
    folder = world.options.home / "baseline"
    started = {}
    try:
        for name, arguments in modules.items():
            argv = (sys.executable, "-m", f"bench.baseline.{name}", *arguments)
            port = ports[name]
            is_ready = _answers if name != "web" else healthy
            program = Program(
                name, argv, (port,), lambda port=port, is_ready=is_ready: is_ready(port), env
            )
            started[name] = Process(program, folder / f"{name}.log")
            started[name].start()
        for process in started.values():
            process.wait_until_ready(READY_S)
        yield started
    finally:
        for process in started.values():
            process.stop()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"\n")
    except OSError:
        return False
    return True


def healthy(port: int) -> bool:
    return answers_http(port, "/healthz")


__all__ = ["FUNCTIONS", "ROOT", "SYMBOLS", "World", "baseline", "healthy", "stockcast"]
