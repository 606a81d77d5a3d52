"""Claims: who may do a piece of work now, and what came of it.

One atomic `SET NX PX` claims the work under a lease, which its holder renews while it works, so
the work of a process that dies is free again within LEASE_S. Completion replaces the claim by the
outcome, and whoever comes later (a duplicate of an event, an equal request) gets that instead.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from functions.common.errors import TemporaryError
from functions.common.redis_client import failures_are_temporary

LEASE_S = 8.0
RENEW_EVERY_S = 2.0
POLL_S = 0.025

CLAIM = """
local standing = redis.call('GET', KEYS[1])
if standing then return standing end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
"""
RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


@dataclass(frozen=True)
class Outcome:
    """What came of a piece of work that was claimed and completed earlier."""

    value: Any


class Claiming(Protocol):
    """What hands out claims, as `Claims` does."""

    def claimed(self, key: str) -> AbstractContextManager[Claim | Outcome]: ...

    def complete(self, key: str, value: Any, ttl_s: float) -> None: ...


class Claim:
    """Work that is ours to do until it is completed or released."""

    def __init__(self, claims: Claiming, key: str, token: bytes) -> None:
        self._claims = claims
        self.key = key
        self.token = token
        self.is_completed = False

    def complete(self, value: Any, ttl_s: float) -> None:
        """Keep `value` (JSON) as the outcome for `ttl_s` seconds."""
        self._claims.complete(self.key, value, ttl_s)
        self.is_completed = True


class Claims:
    """Claims in Redis; waits in place, at most `patience_s`, for work that another does."""

    def __init__(self, redis: Any, *, patience_s: float = 20.0) -> None:
        self._redis = redis
        self._patience_s = patience_s
        self._claim = redis.register_script(CLAIM)
        self._renew = redis.register_script(RENEW)
        self._release = redis.register_script(RELEASE)
        self._held: dict[str, Claim] = {}
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None

    @contextmanager
    def claimed(self, key: str) -> Iterator[Claim | Outcome]:
        """The right to work on `key`, or the outcome if the work is done already.

        Released on leaving unless completed, so that a failed attempt can be repeated at once.
        Raises `TemporaryError` if another holds it for longer than we are willing to wait.
        """
        standing = self._wait_for(key)
        if isinstance(standing, Outcome):
            yield standing
            return
        self._hold(standing)
        try:
            yield standing
        finally:
            with self._lock:
                self._held.pop(key, None)
            if not standing.is_completed:
                self._let_go(standing)

    def complete(self, key: str, value: Any, ttl_s: float) -> None:
        outcome = b"=" + json.dumps(value, separators=(",", ":")).encode()
        with failures_are_temporary():
            self._redis.set(key, outcome, px=max(1, int(ttl_s * 1000)))

    def _wait_for(self, key: str) -> Claim | Outcome:
        token = b"?" + secrets.token_hex(16).encode()
        give_up = time.monotonic() + self._patience_s
        while True:
            with failures_are_temporary():
                standing = self._claim(keys=[key], args=[token, int(LEASE_S * 1000)])
            if standing is None or standing == token:
                return Claim(self, key, token)
            if standing.startswith(b"="):
                return Outcome(json.loads(standing[1:]))
            if time.monotonic() > give_up:
                message = "Equal work is still under way elsewhere; try again shortly."
                raise TemporaryError(message, retry_after_s=1)
            time.sleep(POLL_S)

    def _let_go(self, claim: Claim) -> None:
        try:
            self._release(keys=[claim.key], args=[claim.token])
        except Exception:  # noqa: BLE001 - the lease runs out by itself; the first error matters
            return

    def _hold(self, claim: Claim) -> None:
        with self._lock:
            self._held[claim.key] = claim
            # Started on first use: gunicorn forks after the module is imported.
            if self._keeper is None or not self._keeper.is_alive():
                self._keeper = threading.Thread(target=self._keep, name="claim-keeper", daemon=True)
                self._keeper.start()

    def _keep(self) -> None:
        while True:
            time.sleep(RENEW_EVERY_S)
            with self._lock:
                held = list(self._held.values())
            for claim in held:
                try:
                    self._renew(keys=[claim.key], args=[claim.token, int(LEASE_S * 1000)])
                except Exception:  # noqa: BLE001 - tried again in RENEW_EVERY_S
                    break
