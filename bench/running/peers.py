"""Starts Celery, Dramatiq and FastAPI with the stages of a forecast, on Stockcast's stores."""

from __future__ import annotations

import os
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
    """Run the peer called `name`. It uses this database of Redis."""
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
