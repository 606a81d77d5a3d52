"""Connects to Redis or Redis Cluster, and turns their failures into our errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from redis.backoff import ExponentialBackoff
from redis.client import Redis
from redis.connection import BlockingConnectionPool
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,  # noqa: A004 - Redis's own, not an OSError
    RedisClusterException,
    RedisError,
    TimeoutError,  # noqa: A004 - Redis's own, not an OSError
)
from redis.retry import Retry

from functions.common.config import RedisSettings
from functions.common.errors import TemporaryError, cause

CONNECT_TIMEOUT_S = 2.0
REPLY_TIMEOUT_S = 5.0
RETRIES = 2
CONNECTIONS = 64
"""Connections per process. If all are in use, a thread waits for one."""
RETRY_AFTER_S = 2.0
FAILURES = (RedisError, RedisClusterException)
"""What the client raises. RedisClusterException does not derive from RedisError."""


class LazyCluster:
    """A Redis Cluster client that connects on first use. RedisCluster itself connects when created.

    So a function can start and report that it is alive while the cluster is down.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    @cached_property
    def _client(self) -> Any:
        return self._connect()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def register_script(self, script: str) -> Callable[..., Any]:
        """A function that runs `script`, like the client's own method."""

        def run(keys: Sequence[str], args: Sequence[Any]) -> Any:
            return self._client.register_script(script)(keys=keys, args=args)

        return run


def connect(settings: RedisSettings) -> Any:
    """A client of the Redis or Redis Cluster at `settings.url`. It connects on first use."""
    options: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": REPLY_TIMEOUT_S,
        "health_check_interval": 30,
        "retry": Retry(ExponentialBackoff(cap=0.5, base=0.05), RETRIES),
    }
    if settings.cluster:
        from redis.cluster import RedisCluster

        return LazyCluster(lambda: RedisCluster.from_url(settings.url, **options))
    pool = BlockingConnectionPool.from_url(
        settings.url,
        max_connections=CONNECTIONS,
        timeout=REPLY_TIMEOUT_S,
        retry_on_error=[ConnectionError, TimeoutError],
        **options,
    )
    return Redis(connection_pool=pool)


@contextmanager
def failures_are_temporary() -> Iterator[None]:
    """Turn any Redis failure into a TemporaryError, because the caller cannot fix it."""
    try:
        yield
    except AuthenticationError as error:
        message = f"Redis rejects the credentials in REDIS_URL: {cause(error)}"
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
    except FAILURES as error:
        message = f"Redis does not answer: {cause(error)}"
        raise TemporaryError(message, retry_after_s=RETRY_AFTER_S) from error
