"""Starts the systems to compare with, on Stockcast's stores.

Each has its own database of Redis, so that its commands can be told apart.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.running.world import World, healthy, started
from local.process import Process
from local.servers import HOST, Program, free_port
from local.stack import ROOT

WORKERS = 2
"""The number of processes of each program, one for each core."""
NAMES = ("celery", "dramatiq", "fastapi")
PACKAGES = Path(sys.prefix) / "peers"
"""Where `make bench` installs them, so that nothing of Stockcast imports them."""


@contextmanager
def peer(world: World, name: str, database: int) -> Iterator[dict[str, Process]]:
    """Run Celery, Dramatiq or FastAPI with the stages of a forecast."""
    port = free_port()
    env = {
        **world.stack.process("forecast").program.env,
        "PEER": name,
        "REDIS_URL": world.redis_url(database),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(PACKAGES))),
    }
    web = [
        *(sys.executable, "-m", "uvicorn", "bench.peers.web:app", "--host", HOST),
        *("--port", str(port), "--log-level", "warning"),
        *(("--workers", str(WORKERS)) if name == "fastapi" else ()),
    ]
    workers = {
        "celery": [
            *("-m", "celery", "-A", "bench.peers.celery_app", "worker", "-c", str(WORKERS)),
            *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
        ],
        "dramatiq": [
            *("-m", "dramatiq", "bench.peers.dramatiq_app", "-p", str(WORKERS), "-t", "4")
        ],
    }
    programs = [Program("web", tuple(web), (port,), lambda: healthy(port), env)]
    if name in workers:
        argv = (sys.executable, *workers[name])
        programs.append(Program("worker", argv, (), lambda: True, env))
    with started(programs, world.options.home / name) as processes:
        yield processes


@contextmanager
def old_recipe(world: World, database: int) -> Iterator[dict[str, Process]]:
    """Run the three programs of the project that Stockcast succeeds."""
    ports = {name: free_port() for name in ("web", "ingest", "forecast")}
    env = {
        **world.stack.process("ingest").program.env,
        "AWS_DEFAULT_REGION": "us-east-1",
        "REDIS_URL": world.redis_url(database),
    }
    modules = {
        "forecast": [str(ports["forecast"])],
        "ingest": [str(ports["ingest"]), str(ports["forecast"])],
        "web": [str(ports["web"]), str(ports["ingest"])],
    }
    programs = []
    for name, arguments in modules.items():
        argv = (sys.executable, "-m", f"bench.baseline.{name}", *arguments)
        port, is_ready = ports[name], healthy if name == "web" else _listens
        programs.append(
            Program(name, argv, (port,), lambda port=port, ready=is_ready: ready(port), env)
        )
    with started(programs, world.options.home / "old-recipe") as processes:
        yield processes


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"\n")
    except OSError:
        return False
    return True
