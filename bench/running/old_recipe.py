"""Starts the three programs of the project that Stockcast succeeds, on Stockcast's stores."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.running.world import World, healthy, started
from local.process import Process
from local.servers import HOST, Program, free_port


@contextmanager
def old_recipe(world: World, database: int = 0) -> Iterator[dict[str, Process]]:
    """Run them. They use this database of Redis, so that their commands can be told apart."""
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
