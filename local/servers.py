"""Redis and S3 as child processes on this machine: how to start them and check they are ready."""

from __future__ import annotations

import http.client
import os
import random
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from local import s3_repair as half_written

HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = 10_000, 32_768
S3_PORTS = (
    *("s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port"),
    *("volume.port.grpc", "filer.port", "filer.port.grpc", "admin.port", "admin.port.grpc"),
)
"""The ports that SeaweedFS opens, in ascending order from the S3 port."""


@dataclass(frozen=True)
class Program:
    """A child process: how to start it, which ports it opens, and whether it answers yet.

    If `works_off` is true, the process works through a backlog at low priority. `repair` runs as
    soon as the process answers, before other programs use it.
    """

    name: str
    argv: tuple[str, ...]
    ports: tuple[int, ...]
    is_ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    works_off: bool = False
    repair: Callable[[], None] = lambda: None


def redis_server(port: int, data: Path) -> Program:
    """A Redis server with its append-only file in `data`, so that a restart loses nothing."""
    data.mkdir(parents=True, exist_ok=True)
    argv = [
        *(_executable("redis-server"), "--port", str(port), "--bind", HOST),
        *("--dir", str(data), "--appendonly", "yes", "--save", "", "--loglevel", "warning"),
        *("--maxmemory-policy", "noeviction"),
    ]
    return Program("redis", tuple(argv), (port,), lambda: _answers_ping(port))


def s3_server(port: int, data: Path, bucket: str, key: str, secret: str) -> Program:
    """A SeaweedFS server that stores `bucket` in `data` and uses the ports from `port` up."""
    data.mkdir(parents=True, exist_ok=True)
    ports = dict(zip(S3_PORTS, range(port, port + len(S3_PORTS)), strict=True))
    argv = [
        *(_executable("weed"), "mini", f"-dir={data}", f"-ip={HOST}", f"-ip.bind={HOST}"),
        *(f"-{name}={number}" for name, number in ports.items()),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-master.telemetry=false"),
        f"-bucket={bucket}",
    ]
    env = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    return Program(
        "s3",
        tuple(argv),
        tuple(ports.values()),
        # An unsigned request gets 403 if the bucket exists, and 404 if it does not.
        lambda: _status(port, f"/{bucket}") == http.HTTPStatus.FORBIDDEN,
        env,
        repair=partial(half_written.remove, f"http://{HOST}:{port}", bucket, key, secret),
    )


def free_port(width: int = 1) -> int:
    """The first of `width` consecutive free ports.

    The ports are below the range for outgoing connections on Linux and macOS, so no connection can
    take one before its server starts.
    """
    while True:
        first = random.randrange(FIRST_PORT, LAST_PORT - width)
        if all(is_free(first + step) for step in range(width)):
            return first


def is_free(port: int) -> bool:
    """Whether nothing listens on `port` of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers_http(port: int, path: str) -> bool:
    """Whether a GET of `path` returns 200."""
    return _status(port, path) == http.HTTPStatus.OK


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _answers_ping(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _executable(name: str) -> str:
    """The path of a program that an installed wheel contains."""
    beside = Path(sys.executable).parent / name
    if beside.exists():
        return str(beside)
    found = shutil.which(name, path=os.environ.get("PATH"))
    if found is None:
        raise FileNotFoundError(f"{name} is not installed. Run `make setup`.")
    return found
