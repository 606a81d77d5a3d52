"""Starts the smallest function that functions-framework can serve, as a unit of measurement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bench.running.world import World, started
from local.process import Process
from local.servers import Program, answers_http, free_port
from local.stack import ROOT

NAME = "trivial"


def program(world: World) -> Program:
    """The trivial function with one worker and the environment of ingest."""
    port, like = free_port(), world.stack.process("ingest").program
    argv = list(like.argv)
    argv[argv.index("--port") + 1] = str(port)
    argv[argv.index("--source") + 1] = str(ROOT / "bench" / "trivial" / "main.py")
    argv[argv.index("--target") + 1] = NAME
    return replace(
        like,
        name=NAME,
        argv=tuple(argv),
        ports=(port,),
        is_ready=lambda: answers_http(port, "/"),
        env={**like.env, "WORKERS": "1"},
        works_off=False,
    )


@contextmanager
def trivial(world: World) -> Iterator[Process]:
    with started([program(world)], world.options.home / NAME) as processes:
        yield processes[NAME]
