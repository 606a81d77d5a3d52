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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from functions.common.errors import TemporaryError
from functions.common.requests.steps import Part, Steps

LEASE_S = 8.0
RENEW_EVERY_S = 2.0
POLL_S = 0.025
PATIENCE_S = 20.0


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

    def __init__(self, claims: Claiming, key: str) -> None:
        self._claims = claims
        self.key = key
        self.is_completed = False

    def complete(self, value: Any, ttl_s: float) -> None:
        """Keep `value` (JSON) as the outcome for `ttl_s` seconds."""
        self._claims.complete(self.key, value, ttl_s)
        self.is_completed = True


class Claims:
    """Claims in Redis; waits in place, at most `patience_s`, for work that another does."""

    def __init__(self, steps: Steps, *, patience_s: float = PATIENCE_S) -> None:
        self._steps = steps
        self._patience_s = patience_s
        self._leases = Leases(steps)

    @contextmanager
    def claimed(self, key: str) -> Iterator[Claim | Outcome]:
        """The right to work on `key`, or the outcome if the work is done already.

        Released on leaving unless completed, so that a failed attempt can be repeated at once.
        Raises `TemporaryError` if another holds it for longer than we are willing to wait.
        """
        token = new_token()

        def claim() -> Claim | Outcome | None:
            [standing] = self._steps.run(claiming(key, token))
            if standing == b"ours":
                return Claim(self, key)
            return outcome(standing)

        standing: Claim | Outcome = waiting_for(claim, self._patience_s)
        if isinstance(standing, Outcome):
            yield standing
            return
        self._leases.hold(key, token)
        try:
            yield standing
        finally:
            self._leases.end(key)
            if not standing.is_completed:
                self._leases.release({key: token})

    def complete(self, key: str, value: Any, ttl_s: float) -> None:
        self._steps.run(settling(key, value, ttl_s))


class Leases:
    """Renews the claims that this process holds, for as long as it lives."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._held: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None

    def hold(self, key: str, token: bytes) -> None:
        with self._lock:
            self._held[key] = token
            # Started on first use: gunicorn forks after the module is imported.
            if self._keeper is None or not self._keeper.is_alive():
                self._keeper = threading.Thread(target=self._keep, name="claim-keeper", daemon=True)
                self._keeper.start()

    def end(self, key: str) -> None:
        with self._lock:
            self._held.pop(key, None)

    def release(self, held: dict[str, bytes]) -> None:
        """Let go of claims, by their tokens."""
        try:
            self._steps.run(*(Part("release", (key,), (token,)) for key, token in held.items()))
        except TemporaryError:
            return  # the leases run out by themselves; the first error matters

    def _keep(self) -> None:
        while True:
            time.sleep(RENEW_EVERY_S)
            with self._lock:
                held = list(self._held.items())
            for key, token in held:
                try:
                    self._steps.run(Part("renew", (key,), (token, lease_ms())))
                except Exception:  # noqa: BLE001 - tried again in RENEW_EVERY_S
                    break


def new_token() -> bytes:
    """What says whose a claim is."""
    return b"?" + secrets.token_hex(16).encode()


def lease_ms() -> int:
    return int(LEASE_S * 1000)


def claiming(key: str, token: bytes) -> Part:
    """Claim a piece of work."""
    return Part("claim", (key,), (token, lease_ms()))


def settling(key: str, value: Any, ttl_s: float) -> Part:
    """Put the outcome in the claim's place."""
    kept = b"=" + json.dumps(value, separators=(",", ":")).encode()
    return Part("settle", (key,), (kept, max(1, int(ttl_s * 1000))))


def outcome(standing: bytes) -> Outcome | None:
    """What stands in a claim's place; None where it is another's."""
    return Outcome(json.loads(standing[1:])) if standing.startswith(b"=") else None


def waiting_for(attempt: Callable[[], Any], patience_s: float) -> Any:
    """What `attempt` gives once it is something. Raises TemporaryError after `patience_s`."""
    give_up = time.monotonic() + patience_s
    while (found := attempt()) is None:
        if time.monotonic() > give_up:
            message = "Equal work is still under way elsewhere; try again shortly."
            raise TemporaryError(message, retry_after_s=1)
        time.sleep(POLL_S)
    return found
