"""Runs all of Stockcast on this machine: starts the programs in order and keeps them alive."""

from __future__ import annotations

import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from local.process import Process, StartError
from local.servers import (
    HOST,
    S3_PORTS,
    Program,
    answers_http,
    is_free,
    redis_server,
    s3_server,
)

ROOT = Path(__file__).parents[1]
TRIGGERS = ROOT / "knative" / "base"
BUCKET = "stockcast"
STORES = {"redis", "s3"}
FUNCTIONS = ("web", "ingest", "forecast")
PORTS = ("web", "broker", "ingest", "forecast", "redis", "s3")
START_TIMEOUT_S = 300.0
WATCH_EVERY_S = 0.2
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "67108864",
    "MALLOC_TRIM_THRESHOLD_": "67108864",
}
"""For glibc: threads share memory, and a freed price history makes room for the next one."""
STEADY_S = 10.0
"""A program that ran at least this long restarts without a longer pause when it ends."""


@dataclass(frozen=True)
class Options:
    """The ports and the folder for data and logs. S3 uses `s3_port` and the ports after it."""

    web_port: int = 8080
    broker_port: int = 8081
    ingest_port: int = 8082
    forecast_port: int = 8083
    redis_port: int = 8084
    s3_port: int = 8085
    home: Path = Path(".stockcast")
    redis_url: str | None = None
    s3_endpoint_url: str | None = None


def programs(options: Options) -> list[Program]:
    """The programs to run, in start order. Redis and S3 are left out if their URLs are given."""
    home = options.home.resolve()
    redis_url = options.redis_url or f"redis://{HOST}:{options.redis_port}/0"
    s3 = _s3(options)
    stores = {"REDIS_URL": redis_url, **s3, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    started = []
    if not options.redis_url:
        started.append(redis_server(options.redis_port, home / "redis"))
    if not options.s3_endpoint_url:
        keys = (s3["AWS_ACCESS_KEY_ID"], s3["AWS_SECRET_ACCESS_KEY"])
        started.append(s3_server(options.s3_port, home / "s3", BUCKET, *keys))
    ports: dict[str, int] = {name: getattr(options, f"{name}_port") for name in FUNCTIONS}
    sink = f"http://{HOST}:{options.broker_port}/"
    started.append(_broker(options.broker_port, ports, stores))
    for name in ("ingest", "forecast"):
        env = {**stores, "FAILURE_SINK": sink, "K_SINK": ""}
        started.append(_function(name, ports[name], env))
    started.append(_function("web", ports["web"], {**stores, "K_SINK": sink}))
    return started


def prepare_bucket(options: Options, tell: Callable[[str], None]) -> None:
    """Prepare the bucket, as `stockcast bucket` does. Raises StockcastError if S3 is unusable."""
    from functions.common.config import Environment, S3Settings
    from functions.ingest.prepare_bucket import prepare

    env = Environment({**os.environ, **_s3(options)})
    prepare(S3Settings.read(env), env.seconds("UPLOAD_TTL", "7d"), tell)


class Stack:
    """Starts programs in order, restarts programs that end, and stops them all."""

    def __init__(self, programs: Sequence[Program], logs: Path) -> None:
        self.processes = [Process(program, logs / f"{program.name}.log") for program in programs]
        self._ending = threading.Event()
        self._watchers: list[threading.Thread] = []

    def process(self, name: str) -> Process:
        """The process of the program called `name`."""
        return next(one for one in self.processes if one.program.name == name)

    def start(self, tell: Callable[[str], None]) -> None:
        """Start all programs, and call `tell` with the name of each first.

        Raises StartError if a program does not start. Then the other programs are stopped again.
        """
        self._refuse_busy_ports()
        try:
            for process in self.processes:
                tell(process.program.name)
                process.start()
                if process.program.name in STORES:
                    process.wait_until_ready(START_TIMEOUT_S)
                    process.program.repair()
            for process in self.processes:
                process.wait_until_ready(START_TIMEOUT_S)
        except BaseException:
            self.stop()
            raise

    def watch(self, tell: Callable[[str], None]) -> None:
        """Restart programs that end, until `stop`. Calls `tell` with a message for each restart."""
        for process in self.processes:
            watcher = threading.Thread(target=self._keep_alive, args=(process, tell), daemon=True)
            watcher.start()
            self._watchers.append(watcher)

    def stop(self) -> None:
        """Stop all programs: first the functions and the broker, then the stores."""
        self._ending.set()
        for watcher in self._watchers:
            watcher.join()
        stores = [one for one in self.processes if one.program.name in STORES]
        others = [one for one in self.processes if one.program.name not in STORES]
        for together in (others, stores):
            with ThreadPoolExecutor() as pool:
                list(pool.map(Process.stop, together))

    def _keep_alive(self, process: Process, tell: Callable[[str], None]) -> None:
        pause_s, started = FIRST_PAUSE_S, time.monotonic()
        while not self._ending.wait(WATCH_EVERY_S):
            if process.is_alive():
                continue
            ran_s = time.monotonic() - started
            pause_s = FIRST_PAUSE_S if ran_s > STEADY_S else min(pause_s * 2, LONGEST_PAUSE_S)
            tell(f"{process.program.name} ended. Starting it again.")
            process.stop()  # children that are left could still use its port
            if self._ending.wait(pause_s):
                return
            process.start()
            started = time.monotonic()

    def _refuse_busy_ports(self) -> None:
        for process in self.processes:
            for port in process.program.ports:
                if not is_free(port):
                    raise StartError(_busy(process.program.name, port))


def _busy(name: str, port: int) -> str:
    message = f"Port {port} is in use, and {name} needs it. Choose another: --{name}-port PORT"
    if name == "s3":
        message += f" (it uses {len(S3_PORTS)} ports from there)"
    return f"{message}, or move all ports with --base-port PORT."


def _function(name: str, port: int, env: dict[str, str]) -> Program:
    """A function that runs in functions-framework, in production mode."""
    argv = [
        *(sys.executable, "-m", "functions_framework"),
        *("--source", str(ROOT / "functions" / name / "main.py")),
        *("--target", name, "--host", HOST, "--port", str(port)),
    ]
    if name == "web":
        argv.append("--asgi")
        env = {**env, "WORKERS": "1"}
    else:
        most = {"ingest": 2, "forecast": 4}[name]
        workers = str(min(most, os.cpu_count() or 1))
        env = {**ALLOCATOR, **env, "WORKERS": workers, "THREADS": "8"}
    is_ready = partial(answers_http, port, "/healthz")
    return Program(name, tuple(argv), (port,), is_ready, env, works_off=name != "web")


def _broker(port: int, ports: dict[str, int], env: dict[str, str]) -> Program:
    argv = [
        *(sys.executable, "-m", "local.broker.server", "--port", str(port)),
        *("--triggers", str(TRIGGERS)),
    ]
    for name, function_port in ports.items():
        argv += ["--service", f"{name}=http://{HOST}:{function_port}"]
    return Program("broker", tuple(argv), (port,), lambda: answers_http(port, "/healthz"), env)


def _s3(options: Options) -> dict[str, str]:
    """The environment variables with the location of S3 and the credentials."""
    if options.s3_endpoint_url:
        bucket = os.environ.get("S3_BUCKET", BUCKET)
        return {"S3_ENDPOINT_URL": options.s3_endpoint_url, "S3_BUCKET": bucket}
    key, secret = _credentials(options.home.resolve())
    return {
        "S3_ENDPOINT_URL": f"http://{HOST}:{options.s3_port}",
        "S3_BUCKET": BUCKET,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
    }


def _credentials(home: Path) -> tuple[str, str]:
    """Credentials for the local S3 server, created once and readable only by this user.

    After a power loss, the file can be empty. Then new credentials are created.
    """
    path = home / "s3-secret"
    if not path.exists() or not path.stat().st_size:
        home.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(20), encoding="ascii")
    return "stockcast", path.read_text(encoding="ascii")


def at_base_port(options: Options, base: int) -> Options:
    """The same options with all ports from `base` up."""
    ports: dict[str, Any] = {f"{name}_port": base + at for at, name in enumerate(PORTS)}
    return replace(options, **ports)
