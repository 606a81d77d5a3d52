"""A real Redis Cluster on this machine: three masters that share the slots."""

import contextlib
import random
import subprocess
import sys
from pathlib import Path

from local.process import Process
from local.servers import FIRST_PORT, HOST, LAST_PORT, Program, is_free

MASTERS = 3
BUS = 10_000
"""A node's bus listens this much above its port, which has no setting before Redis 7."""
BIN = Path(sys.executable).parent


@contextlib.contextmanager
def started(home):
    """Start the cluster and return the URL of one node. It runs until the context ends."""
    ports = [port_of_node() for _ in range(MASTERS)]
    nodes = [Process(_node(port, home / str(port)), home / f"{port}.log") for port in ports]
    for node in nodes:
        node.start()
    try:
        for node in nodes:
            node.wait_until_ready(300)
        addresses = [f"{HOST}:{port}" for port in ports]
        create = [str(BIN / "redis-cli"), "--cluster", "create", *addresses, "--cluster-yes"]
        subprocess.run(create, check=True, capture_output=True, timeout=300)
        yield f"redis://{addresses[0]}/0"
    finally:
        for node in nodes:
            node.stop()


def _node(port, data):
    data.mkdir(parents=True)
    argv = [
        *(str(BIN / "redis-server"), "--port", str(port), "--bind", HOST, "--dir", str(data)),
        *("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--save", ""),
        *("--loglevel", "warning"),
    ]
    return Program("redis-cluster", tuple(argv), (port,), lambda: not is_free(port))


def port_of_node(is_free=is_free):
    """A port that is free, as that of its bus is."""
    while True:
        port = random.randrange(FIRST_PORT, LAST_PORT - BUS)
        if is_free(port) and is_free(port + BUS):
            return port
